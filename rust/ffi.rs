//! The only file that may say `unsafe`: the system calls of the sink, and one loop over a dict.
//!
//! What it pays is in `benches/record/ffi.json`: a line written through Python's `os.write`, and a record
//! read through the safe iterator of `PyO3`, beside these.
#![allow(unsafe_code)]

use crate::value::Pairs;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use std::io;
use std::os::fd::RawFd;

/// One `write(2)`: how many bytes the kernel took, or the error that it gave.
pub fn write(descriptor: RawFd, data: &[u8]) -> io::Result<usize> {
    // SAFETY: the pointer and the length are those of a slice that is borrowed for the whole call, and
    // the kernel only reads it.  A descriptor that is closed or not open for writing gives EBADF.
    let written = unsafe { libc::write(descriptor, data.as_ptr().cast(), data.len()) };
    usize::try_from(written).map_err(|_| io::Error::last_os_error())
}

/// Waits with `poll(2)` until the descriptor takes bytes, or a signal comes (`Interrupted`).
pub fn wait_until_writable(descriptor: RawFd) -> io::Result<()> {
    let mut request = libc::pollfd {
        fd: descriptor,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: the pointer is to one pollfd that lives for the whole call, and the count says one.
    let ready = unsafe { libc::poll(&raw mut request, 1, -1) };
    if ready < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// The number that a class has until it or one of its bases is changed; 0 where it has none.
pub fn version_of(class: &Bound<'_, PyType>) -> u32 {
    let object = class.as_type_ptr();
    // SAFETY: a PyType is a PyTypeObject, alive as long as it is borrowed; both fields are plain
    // integers that the interpreter writes with the GIL held.
    let (flags, version) = unsafe { ((*object).tp_flags, (*object).tp_version_tag) };
    if flags & ffi::Py_TPFLAGS_VALID_VERSION_TAG == 0 {
        0
    } else {
        version
    }
}

/// A key that is expected at its place in a dict, and where its value is to go, if anywhere.
pub type Expected = (Py<PyAny>, Option<usize>);

/// Takes the items of a dict: values of the expected keys, as long as these come first and in their
/// order, into `slots`, and all others into `rest`.
///
/// logging gives each record some twenty attributes in the same order; most are not written, and are
/// passed over here without being touched.
pub fn take_items<'py>(
    dict: &Bound<'py, PyDict>,
    expected: &[Expected],
    slots: &mut [Option<Bound<'py, PyAny>>],
    rest: &mut Pairs<'py>,
) {
    let py = dict.py();
    let mut expected = expected.iter();
    let mut awaited = expected.next();
    let mut position = 0;
    let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the dict is a dict and stays alive, the three pointers are to locals, and the position is
    // 0 before the first call.  Nothing in the loop can run Python code or change the dict: an empty
    // slot has nothing to drop, and pushing moves two pointers.
    while unsafe {
        ffi::PyDict_Next(
            dict.as_ptr(),
            &raw mut position,
            &raw mut key,
            &raw mut value,
        )
    } != 0
    {
        if let Some((name, slot)) = awaited
            && name.as_ptr() == key
        {
            awaited = expected.next();
            if let Some(slot) = slot.and_then(|slot| slots.get_mut(slot))
                && slot.is_none()
            {
                // SAFETY: PyDict_Next gave a borrowed reference to an object that the dict holds.
                *slot = Some(unsafe { Bound::from_borrowed_ptr(py, value) });
            }
        } else {
            awaited = None;
            // SAFETY: likewise, for the key and the value.
            let item = unsafe {
                (
                    Bound::from_borrowed_ptr(py, key),
                    Bound::from_borrowed_ptr(py, value),
                )
            };
            rest.push(item);
        }
    }
}
