package main

import (
	"context"
	"os"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"
)

func (u user) MarshalZerologObject(event *zerolog.Event) {
	event.Str("name", u.Name).Str("email", u.Email).Time("created_at", u.CreatedAt)
}

func (us users) MarshalZerologArray(array *zerolog.Array) {
	for index := range us {
		array.Object(us[index])
	}
}

// addIDs adds the ids of the span in the event's context.
func addIDs(event *zerolog.Event, _ zerolog.Level, _ string) {
	if span := trace.SpanContextFromContext(event.GetCtx()); span.IsValid() {
		event.Str("trace_id", span.TraceID().String()).
			Str("span_id", span.SpanID().String()).
			Str("trace_flags", span.TraceFlags().String())
	}
}

func newZerolog(sink *os.File, w *workload) call {
	level := zerolog.InfoLevel
	if !w.Enabled {
		level = zerolog.WarnLevel
	}
	zerolog.TimestampFieldName = "timestamp" // zap's ten fields have a "time"
	zerolog.TimeFieldFormat = time.RFC3339Nano
	log := zerolog.New(sink).Level(level).Hook(zerolog.HookFunc(addIDs)).With().Timestamp().Logger()
	f, message := &w.Fields, w.Message
	failed := f.err()
	switch w.Name {
	case "W1":
		return func(ctx context.Context) { log.Info().Ctx(ctx).Msg(message) }
	case "W2":
		return func(ctx context.Context) { log.Info().Ctx(ctx).Msgf(message, w.Args...) }
	case "W4":
		return func(ctx context.Context) {
			log.Info().Ctx(ctx).
				Int("int", f.Int).
				Ints("ints", f.Ints).
				Str("string", f.String).
				Strs("strings", f.Strings).
				Time("time", f.Time).
				Times("times", f.Times).
				Object("user1", f.User1).
				Object("user2", f.User2).
				Array("users", f.Users).
				Err(failed).
				Msg(message)
		}
	}
	return func(ctx context.Context) {
		log.Info().Ctx(ctx).
			Str("user_id", f.UserID).
			Int("attempt", f.Attempt).
			Float64("elapsed_ms", f.ElapsedMS).
			Bool("cached", f.Cached).
			Strs("tags", f.Tags).
			Msg(message)
	}
}
