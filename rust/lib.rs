//! The Rust core of tracefmt: the whole surface that Python sees.
//!
//! Its twin is `python/tracefmt/_python`, room for room; `docs/encoding.md` is the law for both.

mod any_value;
mod background;
mod bound;
mod buffer;
mod call;
mod changes;
mod checkpoint;
mod context;
mod encoder;
mod error;
mod event;
mod event_keys;
mod exception;
mod ffi;
mod handler;
mod imports;
mod keys;
mod line_limit;
mod logger;
mod loss;
mod methods;
mod names;
mod paths;
mod per_thread;
mod plan;
mod record;
mod renderer;
mod route;
mod scalar;
mod scan;
mod scanner;
mod screen;
mod sink;
mod span;
mod stretch;
mod tally;
mod turn;
mod value;
mod writer;

/// The Rust core; use it through `tracefmt`.
#[pyo3::pymodule(gil_used = true)] // locks of the sink are held with the GIL, and so a fork finds them open
mod _rust {
    #[pymodule_export]
    use super::background::BackgroundSink;
    #[pymodule_export]
    use super::checkpoint::Checkpoint;
    #[pymodule_export]
    use super::encoder::Encoder;
    #[pymodule_export]
    use super::handler::LineHandler;
    #[pymodule_export]
    use super::logger::LoggerMethods;
    #[pymodule_export]
    use super::scanner::Scanner;
    #[pymodule_export]
    use super::sink::Sink;
    #[pymodule_export]
    use super::span::forget_spans;
    #[pymodule_export]
    use super::tally::{counts, reset_counts};

    #[pymodule_export]
    const NAME: &str = "rust";

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
