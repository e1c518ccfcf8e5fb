package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func (u user) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("name", u.Name)
	enc.AddString("email", u.Email)
	enc.AddTime("created_at", u.CreatedAt)
	return nil
}

func (us users) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	for index := range us {
		if err := enc.AppendObject(us[index]); err != nil {
			return err
		}
	}
	return nil
}

// appendIDs adds the ids of the context's span.
func appendIDs(ctx context.Context, fields []zap.Field) []zap.Field {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return fields
	}
	return append(fields,
		zap.String("trace_id", span.TraceID().String()),
		zap.String("span_id", span.SpanID().String()),
		zap.String("trace_flags", span.TraceFlags().String()),
	)
}

func newZap(sink *os.File, w *workload) call {
	level := zapcore.InfoLevel
	if !w.Enabled {
		level = zapcore.WarnLevel
	}
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.TimeEncoderOfLayout(time.RFC3339Nano)
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.Lock(sink), level))
	f, message := &w.Fields, w.Message
	failed := f.err()
	switch w.Name {
	case "W1":
		return func(ctx context.Context) { log.Info(message, appendIDs(ctx, nil)...) }
	case "W2":
		return func(ctx context.Context) {
			log.Info(fmt.Sprintf(message, w.Args...), appendIDs(ctx, nil)...)
		}
	case "W4":
		return func(ctx context.Context) {
			log.Info(message, appendIDs(ctx, []zap.Field{
				zap.Int("int", f.Int),
				zap.Ints("ints", f.Ints),
				zap.String("string", f.String),
				zap.Strings("strings", f.Strings),
				zap.Time("time", f.Time),
				zap.Times("times", f.Times),
				zap.Object("user1", f.User1),
				zap.Object("user2", f.User2),
				zap.Array("users", f.Users),
				zap.Error(failed),
			})...)
		}
	}
	return func(ctx context.Context) {
		log.Info(message, appendIDs(ctx, []zap.Field{
			zap.String("user_id", f.UserID),
			zap.Int("attempt", f.Attempt),
			zap.Float64("elapsed_ms", f.ElapsedMS),
			zap.Bool("cached", f.Cached),
			zap.Strings("tags", f.Tags),
		})...)
	}
}
