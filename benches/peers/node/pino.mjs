// pino, as a contender: `node pino.mjs WORKLOAD SINK`, then commands on stdin (see ../../worker.py).

import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { context, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import pino from "pino";

const workload = JSON.parse(process.argv[2]);
const destination = pino.destination({ dest: process.argv[3], sync: true, append: true });

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const log = pino(
  {
    name: workload.logger,
    level: workload.enabled ? "info" : "warn",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin() {
      const span = trace.getSpanContext(context.active());
      return span === undefined
        ? {}
        : { trace_id: span.traceId, span_id: span.spanId, trace_flags: `0${span.traceFlags}` };
    },
    // zap's "error"; pino's own key for an error is "err"
    serializers: { error: (error) => error.message },
  },
  destination,
);

class PaymentError extends Error {
  name = "PaymentError";
}

function settle(order) {
  throw new PaymentError(`order ${order}: the bank said no`);
}

function charge(order) {
  settle(order);
}

const { fields, args, message } = workload;
for (const name of ["time", "user1", "user2"]) {
  if (name in fields) fields[name] = asTimes(fields[name]);
}
if ("times" in fields) fields.times = fields.times.map(asTimes);
if ("users" in fields) fields.users = fields.users.map(asTimes);
if ("error" in fields) fields.error = new Error(fields.error);

function asTimes(value) {
  return typeof value === "string"
    ? new Date(value)
    : { ...value, created_at: new Date(value.created_at) };
}

const { user_id, attempt, elapsed_ms, cached, tags } = fields;
const { int, ints, string, strings, time, times, user1, user2, users, error } = fields;
// `time` is pino's own key, as it is in every line that has a timestamp
const calls = {
  W1: () => log.info(message),
  W2: () => log.info(message, args[0], args[1]),
  W3: () => log.info({ user_id, attempt, elapsed_ms, cached, tags }, message),
  W4: () =>
    log.info({ int, ints, string, strings, time, times, user1, user2, users, error }, message),
  W5: () => {
    try {
      charge("o-3391");
    } catch (thrown) {
      log.error(thrown, message);
    }
  },
};
calls.W6 = calls.W7 = calls.W3;
const call = calls[workload.name];

function write(lines) {
  for (let line = 0; line < lines; line++) call();
}

function timed(lines) {
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  write(lines);
  const { user, system } = process.cpuUsage(cpu);
  return { cpu_ns: (user + system) * 1000, wall_ns: Number(process.hrtime.bigint() - wall) };
}

const span =
  workload.trace_id === null
    ? context.active()
    : trace.setSpanContext(context.active(), {
        traceId: workload.trace_id,
        spanId: workload.span_id,
        traceFlags: TraceFlags.SAMPLED,
      });

context.with(span, () => {
  const require = createRequire(import.meta.url);
  const versions = { node: process.versions.node, pino: require("pino/package.json").version };
  createInterface({ input: process.stdin }).on("line", (line) => {
    const [verb, lines] = line.split(" ");
    const reply = verb === "versions" ? versions : context.with(span, () => timed(Number(lines)));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  });
});
