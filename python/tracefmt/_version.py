"""The version of the package; the Rust core carries its own copy and must agree with this one."""

__version__ = "0.1.0"
