//! The methods of a logger: their names, levels, signatures and docstrings.

use crate::ffi::Method;
use crate::logger::LoggerMethods;
use std::ffi::CStr;

/// The methods, by number.
pub const NAMES: [&str; 7] = [
    "debug",
    "info",
    "warning",
    "error",
    "critical",
    "exception",
    "log",
];
pub const LEVELS: [i64; 6] = [10, 20, 30, 40, 50, 40];
pub const EXCEPTION: usize = 5;
pub const LOG: usize = 6;

/// A method with its signature, which Python shows, and its docstring.
macro_rules! method {
    ($number:expr, $name:literal, $first:literal, $exc_info:literal, $doc:literal) => {
        Method::new::<{ $number }>(
            c_text(concat!(
                $name,
                "($self, ",
                $first,
                "*args, exc_info=",
                $exc_info,
                ", extra=None, stack_info=None, stacklevel=None, **fields)\n--\n\n",
                $doc,
                "\0"
            )),
            c_text(concat!($name, "\0")),
        )
    };
}

const fn c_text(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    }
}

pub static METHODS: [Method<LoggerMethods>; 7] = [
    method!(0, "debug", "msg, ", "None", "Log at level DEBUG."),
    method!(1, "info", "msg, ", "None", "Log at level INFO."),
    method!(2, "warning", "msg, ", "None", "Log at level WARNING."),
    method!(3, "error", "msg, ", "None", "Log at level ERROR."),
    method!(4, "critical", "msg, ", "None", "Log at level CRITICAL."),
    method!(
        EXCEPTION,
        "exception",
        "msg, ",
        "True",
        "Log at level ERROR, with the exception."
    ),
    method!(
        LOG,
        "log",
        "level, msg, ",
        "None",
        "Log at any level, by its number."
    ),
];
