package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"
)

// idHandler adds the ids of the context's span.
type idHandler struct{ slog.Handler }

func (h idHandler) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(
			slog.String("trace_id", span.TraceID().String()),
			slog.String("span_id", span.SpanID().String()),
			slog.String("trace_flags", span.TraceFlags().String()),
		)
	}
	return h.Handler.Handle(ctx, record)
}

func newSlog(sink *os.File, w *workload) call {
	level := slog.LevelInfo
	if !w.Enabled {
		level = slog.LevelWarn
	}
	options := &slog.HandlerOptions{Level: level}
	log := slog.New(idHandler{slog.NewJSONHandler(sink, options)})
	f, message := &w.Fields, w.Message
	failed := f.err()
	switch w.Name {
	case "W1":
		return func(ctx context.Context) { log.LogAttrs(ctx, slog.LevelInfo, message) }
	case "W2":
		return func(ctx context.Context) {
			log.LogAttrs(ctx, slog.LevelInfo, fmt.Sprintf(message, w.Args...))
		}
	case "W4":
		return func(ctx context.Context) {
			log.LogAttrs(ctx, slog.LevelInfo, message,
				slog.Int("int", f.Int),
				slog.Any("ints", f.Ints),
				slog.String("string", f.String),
				slog.Any("strings", f.Strings),
				slog.Time("time", f.Time),
				slog.Any("times", f.Times),
				slog.Any("user1", f.User1),
				slog.Any("user2", f.User2),
				slog.Any("users", f.Users),
				slog.Any("error", failed),
			)
		}
	}
	return func(ctx context.Context) {
		log.LogAttrs(ctx, slog.LevelInfo, message,
			slog.String("user_id", f.UserID),
			slog.Int("attempt", f.Attempt),
			slog.Float64("elapsed_ms", f.ElapsedMS),
			slog.Bool("cached", f.Cached),
			slog.Any("tags", f.Tags),
		)
	}
}
