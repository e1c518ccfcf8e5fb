// Contenders written in Go: `peers NAME WORKLOAD SINK`, then commands on stdin (see ../../worker.py).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// call logs one line.
type call func(ctx context.Context)

var contenders = map[string]func(*os.File, *workload) call{
	"slog":    newSlog,
	"zap":     newZap,
	"zerolog": newZerolog,
}

var modules = map[string]string{
	"zap":     "go.uber.org/zap",
	"zerolog": "github.com/rs/zerolog",
}

func main() {
	name := os.Args[1]
	w, err := readWorkload(os.Args[2])
	check(err)
	sink, err := os.OpenFile(os.Args[3], os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	check(err)
	log := contenders[name](sink, w)
	ctx := w.context()
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		var lines, threads int
		if commands.Text() == "versions" {
			reply(versions(name))
			continue
		}
		_, err := fmt.Sscanf(commands.Text(), "run %d %d", &lines, &threads)
		check(err)
		cpu, wall := cpuTime(), time.Now()
		write(ctx, log, lines, threads)
		reply(map[string]any{
			"wall_ns": time.Since(wall).Nanoseconds(),
			"cpu_ns":  (cpuTime() - cpu).Nanoseconds(),
		})
	}
}

func write(ctx context.Context, log call, lines, threads int) {
	var all sync.WaitGroup
	for range threads {
		all.Add(1)
		go func() {
			defer all.Done()
			for range lines / threads {
				log(ctx)
			}
		}()
	}
	all.Wait()
}

// context returns one with the workload's span, if it has one.
func (w *workload) context() context.Context {
	if w.TraceID == "" {
		return context.Background()
	}
	traceID, err := trace.TraceIDFromHex(w.TraceID)
	check(err)
	spanID, err := trace.SpanIDFromHex(w.SpanID)
	check(err)
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(
		trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: trace.FlagsSampled},
	))
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func versions(name string) map[string]string {
	found := map[string]string{"go": strings.TrimPrefix(runtime.Version(), "go")}
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == modules[name] {
			found[name] = strings.TrimPrefix(module.Version, "v")
		}
	}
	return found
}

func reply(what any) {
	check(json.NewEncoder(os.Stdout).Encode(what))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
