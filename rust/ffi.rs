//! The only file that may say `unsafe`: the system calls of the sink, the entrance of a logger's methods,
//! and what the interpreter knows and `PyO3` does not show.
//!
//! What it pays is in `benches/record/ffi.json`.
#![allow(unsafe_code)]

use crate::changes;
use crate::value::Pairs;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyDict, PyTuple, PyType};
use pyo3::{Borrowed, PyClass};
use std::cell::UnsafeCell;
use std::ffi::{CStr, c_int, c_void};
use std::io;
use std::marker::PhantomData;
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::OnceLock;

/// One `write(2)`: how many bytes the kernel took, or the error that it gave.
pub fn write(descriptor: RawFd, data: &[u8]) -> io::Result<usize> {
    // SAFETY: the pointer and the length are those of a slice that is borrowed for the whole call, and
    // the kernel only reads it.  A descriptor that is closed or not open for writing gives EBADF.
    let written = unsafe { libc::write(descriptor, data.as_ptr().cast(), data.len()) };
    usize::try_from(written).map_err(|_| io::Error::last_os_error())
}

/// Waits with `poll(2)` until the descriptor takes bytes, or a signal comes (`Interrupted`), or half a
/// second is over: a signal may have come just before.
pub fn wait_until_writable(descriptor: RawFd) -> io::Result<()> {
    let mut request = libc::pollfd {
        fd: descriptor,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: the pointer is to one pollfd that lives for the whole call, and the count says one.
    let ready = unsafe { libc::poll(&raw mut request, 1, 500) };
    if ready < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Which file a descriptor leads to: its device and number; None where it leads nowhere.
pub fn file_of(descriptor: RawFd) -> Option<(u64, u64)> {
    let mut found = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the pointer is to room for one `stat`, which the kernel fills where it returns 0.
    unsafe {
        if libc::fstat(descriptor, found.as_mut_ptr()) < 0 {
            return None;
        }
        let found = found.assume_init();
        Some((found.st_dev, found.st_ino))
    }
}

/// Keeps all signals from the calling thread, which is to be one of ours.
pub fn block_signals() {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `sigfillset` initializes the set that it is given a pointer to, and `pthread_sigmask` reads
    // it; no old mask is asked for.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), std::ptr::null_mut());
    }
}

/// The number that a class has until it or one of its bases is changed; 0 where it has none.
pub fn version_of(class: &Bound<'_, PyType>) -> u32 {
    static FLAGGED: OnceLock<bool> = OnceLock::new();
    let object = class.as_type_ptr();
    // SAFETY: a PyType is a PyTypeObject, alive as long as it is borrowed; both fields are plain
    // integers that the interpreter writes with the GIL held.
    let (flags, version) = unsafe { ((*object).tp_flags, (*object).tp_version_tag) };
    // from 3.13 on there is no flag, and a number that is no longer valid is 0
    if flags & ffi::Py_TPFLAGS_VALID_VERSION_TAG == 0
        && *FLAGGED.get_or_init(|| class.py().version_info() < (3, 13))
    {
        0
    } else {
        version
    }
}

/// The `__dict__` of an object whose class has logging's plain one: its type's attributes are not asked.
pub fn attributes_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    // SAFETY: the thread is attached and the object is alive; the function gives a new reference, or null
    // and an exception where the object has no dict.
    let found = unsafe {
        let found = ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(object.py(), found)?
    };
    Ok(found.cast_into::<PyDict>()?)
}

/// A key that is expected at its place in a dict, and where its value is to go; nowhere, if there is no
/// such place.
pub type Expected = (Py<PyAny>, usize);

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
    let mut position = 0;
    let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the dict is a dict and stays alive, the three pointers are to locals, and the position is
    // 0 before the first call.  Nothing in the loops can run Python code or change the dict: an empty
    // slot has nothing to drop, and pushing moves two pointers.
    let mut next = |key: &mut _, value: &mut _| unsafe {
        ffi::PyDict_Next(dict.as_ptr(), &raw mut position, key, value) != 0
    };
    let mut expected = expected.iter();
    while next(&mut key, &mut value) {
        match expected.next() {
            Some((name, slot)) if name.as_ptr() == key => {
                if let Some(slot) = slots.get_mut(*slot) {
                    // SAFETY: PyDict_Next gave a borrowed reference to an object that the dict holds.
                    *slot = Some(unsafe { Bound::from_borrowed_ptr(py, value) });
                }
            }
            _ => {
                expected = [].iter(); // behind the first other key all are others
                // SAFETY: likewise, for the key and the value.
                rest.push(unsafe {
                    (
                        Bound::from_borrowed_ptr(py, key),
                        Bound::from_borrowed_ptr(py, value),
                    )
                });
            }
        }
    }
}

type WatchCallback = unsafe extern "C" fn(
    c_int,
    *mut ffi::PyObject,
    *mut ffi::PyObject,
    *mut ffi::PyObject,
) -> c_int;
type Watch = unsafe extern "C" fn(c_int, *mut ffi::PyObject) -> c_int;

/// Sees to it that any change of a dict is noted; false where the interpreter cannot (before 3.12).
pub fn watch(dict: &Bound<'_, PyDict>) -> bool {
    static WATCHER: OnceLock<Option<(c_int, Watch)>> = OnceLock::new();
    let watcher =
        WATCHER.get_or_init(|| {
            let (add, watch) = (symbol(c"PyDict_AddWatcher")?, symbol(c"PyDict_Watch")?);
            // SAFETY: where CPython has these names they have these signatures, since 3.12.
            let (add, watch) = unsafe {
                (
                    std::mem::transmute::<
                        NonNull<c_void>,
                        unsafe extern "C" fn(WatchCallback) -> c_int,
                    >(add),
                    std::mem::transmute::<NonNull<c_void>, Watch>(watch),
                )
            };
            // SAFETY: the thread is attached, and the callback is a function of this module, which stays.
            let number = unsafe { add(noted) };
            if number < 0 {
                drop(PyErr::take(dict.py())); // all numbers are taken
                return None;
            }
            Some((number, watch))
        });
    let Some((number, watch)) = *watcher else {
        return false;
    };
    // SAFETY: the thread is attached, the number is a watcher's, and the dict is a dict.
    let done = unsafe { watch(number, dict.as_ptr()) } == 0;
    if !done {
        drop(PyErr::take(dict.py()));
    }
    done
}

/// A function of the interpreter that older ones lack.
fn symbol(name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: the name ends with a NUL; looking one up has no other effect.
    NonNull::new(unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) })
}

/// What the interpreter calls before a watched dict changes.
///
/// # Safety
///
/// None: it uses nothing that it is given.
unsafe extern "C" fn noted(
    _: c_int,
    _: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> c_int {
    changes::note();
    0
}

/// What a context variable holds here; None where it holds nothing and has no default.
pub fn context_value<'py>(variable: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = variable.py();
    let mut value = std::ptr::null_mut();
    // SAFETY: the function checks that it was given a context variable, and writes an owned reference or
    // null to the pointer, which is to a local.
    unsafe {
        if ffi::PyContextVar_Get(variable.as_ptr(), std::ptr::null_mut(), &raw mut value) < 0 {
            return Err(PyErr::fetch(py));
        }
        Ok(Bound::from_owned_ptr_or_opt(py, value))
    }
}

unsafe extern "C-unwind" {
    #[link_name = "PyObject_Call"]
    fn object_call(
        callable: *mut ffi::PyObject,
        args: *mut ffi::PyObject,
        kwargs: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// Stops its thread for ever where it is dropped.
struct Stopped;

impl Drop for Stopped {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}

/// Calls Python code in which a daemon thread may be when the interpreter ends.
///
/// Before 3.14 `CPython` ends such a thread where it waits for the GIL, by unwinding its stack
/// (`pthread_exit`), and the process with it where that meets Rust. Here the thread stops instead.
pub fn call<'py>(
    callable: &Bound<'py, PyAny>,
    args: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let stopped = Stopped;
    // SAFETY: the callable and the tuple are alive during the call, null stands for no keywords, and the
    // result is an owned reference or null with an exception set.  The function may be unwound through.
    let result = unsafe {
        let result = object_call(callable.as_ptr(), args.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(callable.py(), result)
    };
    std::mem::forget(stopped);
    result
}

/// A value that the caller holds for the time of the call.
pub type Argument<'a, 'py> = Borrowed<'a, 'py, PyAny>;

/// What a call was given: values by place, then values by name.
#[derive(Clone, Copy)]
pub struct Arguments<'a, 'py> {
    pub positional: &'a [Argument<'a, 'py>],
    pub names: Option<Borrowed<'a, 'py, PyTuple>>,
    pub named: &'a [Argument<'a, 'py>],
}

/// A class whose methods take their arguments as the interpreter has them, without a tuple and a dict.
pub trait Callee: PyClass<Frozen = True> + Sync {
    fn called<'py>(
        &self,
        py: Python<'py>,
        method: usize,
        arguments: Arguments<'_, 'py>,
    ) -> PyResult<()>;
}

/// One such method, by its number.
pub struct Method<T> {
    definition: UnsafeCell<ffi::PyMethodDef>,
    callee: PhantomData<fn(T)>,
}

// SAFETY: a definition is written once, as a constant; the interpreter only reads it.
unsafe impl<T> Sync for Method<T> {}

impl<T: Callee> Method<T> {
    pub const fn new<const NUMBER: usize>(doc: &'static CStr, name: &'static CStr) -> Self {
        Self {
            definition: UnsafeCell::new(ffi::PyMethodDef {
                ml_name: name.as_ptr(),
                ml_meth: ffi::PyMethodDefPointer {
                    PyCFunctionFastWithKeywords: enter::<T, NUMBER>,
                },
                ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
                ml_doc: doc.as_ptr(),
            }),
            callee: PhantomData,
        }
    }

    /// The method of one object, as Python calls it.
    pub fn of<'py>(&'static self, callee: &Bound<'py, T>) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: the definition lives for ever and its function has the signature that the flags say;
        // it is given the callee, which the new object holds.
        unsafe {
            let method = ffi::PyCFunction_NewEx(
                self.definition.get(),
                callee.as_ptr(),
                std::ptr::null_mut(),
            );
            Bound::from_owned_ptr_or_err(callee.py(), method)
        }
    }
}

/// What the interpreter calls.  An error, and a panic, become a Python exception.
///
/// # Safety
///
/// It is called by the interpreter alone, through a definition that `Method::of` bound to a `T`.
unsafe extern "C" fn enter<T: Callee, const NUMBER: usize>(
    callee: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with the thread attached.
    let py = unsafe { Python::assume_attached() };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: by the rules of vectorcall `values` points to `count` objects and then to one for each
        // of `names`, a tuple or null, and the caller holds all of them, and the callee, until this
        // returns.  `Borrowed` is a pointer to an object and nothing else (`repr(transparent)`).
        let (callee, arguments) = unsafe {
            let names: Option<Borrowed<'_, '_, PyTuple>> =
                Borrowed::from_ptr_or_opt(py, names).map(|names| names.cast_unchecked());
            let by_place = usize::try_from(count).unwrap_or(0);
            let total = by_place + names.map_or(0, |names| names.len());
            let all: &[Argument<'_, '_>] = if total == 0 {
                &[]
            } else {
                std::slice::from_raw_parts(values.cast(), total)
            };
            let (placed, keyword) = all.split_at(by_place);
            let callee = Borrowed::from_ptr(py, callee).cast_unchecked::<T>();
            (
                callee,
                Arguments {
                    positional: placed,
                    names,
                    named: keyword,
                },
            )
        };
        callee.get().called(py, NUMBER, arguments)
    }));
    let raised = match outcome {
        // SAFETY: None is alive, and the caller gets a reference of its own.
        Ok(Ok(())) => return unsafe { ffi::Py_NewRef(ffi::Py_None()) },
        Ok(Err(error)) => error,
        Err(_) => PyRuntimeError::new_err("panic in the Rust core"),
    };
    raised.restore(py);
    std::ptr::null_mut()
}
