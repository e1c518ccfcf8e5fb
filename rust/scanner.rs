//! `Scanner`: counts lines, and gives the counts to Python.

use crate::scan::Scan;
use crate::scan::table::{MEMBERS, Row, Table};
use crate::scan::tally::{Counts, Minutes, Tally};
use crate::scan::traces::Traces;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::sync::{Mutex, PoisonError};

/// Counts log lines by what their trace id is, in bounded memory.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct Scanner {
    scan: Mutex<Scan>,
}

type RowOfPython = (usize, String, Vec<String>, bool);

#[pymethods]
impl Scanner {
    #[new]
    fn new(
        rows: Vec<RowOfPython>,
        otlp: bool,
        max_span: Option<i64>,
        max_processes: usize,
    ) -> PyResult<Self> {
        let mut numbers = [0; MEMBERS];
        for (member, ..) in &rows {
            let number = numbers
                .get_mut(*member)
                .ok_or_else(|| PyValueError::new_err("a row's member is not one of them"))?;
            *number += 1;
        }
        if numbers.iter().any(|number| *number > 32) {
            return Err(PyValueError::new_err("a member has more than 32 rows"));
        }
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(member, key, path, decimal)| Row {
                member,
                key: key.into_bytes(),
                path: path.into_iter().map(String::into_bytes).collect(),
                decimal,
            })
            .collect();
        let traces = Traces::new(max_span, max_processes);
        Ok(Self {
            scan: Mutex::new(Scan::new(Table::new(&rows), otlp, traces)),
        })
    }

    /// Read what comes next of a file; the GIL is released meanwhile.
    fn feed(&self, py: Python<'_>, data: &[u8]) {
        py.detach(|| self.lock().feed(data));
    }

    /// The file has ended; what comes next is another's.
    fn end_file(&self, py: Python<'_>) {
        py.detach(|| self.lock().end_file());
    }

    /// Return all that was counted.
    fn result<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let scan = self.lock();
        let result = PyDict::new(py);
        result.set_item("counts", scan.counts)?;
        result.set_item("levels", groups(py, &scan.levels)?)?;
        result.set_item("loggers", groups(py, &scan.loggers)?)?;
        result.set_item("services", groups(py, &scan.services)?)?;
        result.set_item("minutes", minutes(py, &scan.minutes)?)?;
        result.set_item("stale_lines", scan.stale_lines)?;
        result.set_item("broken", scan.broken)?;
        let examples: Vec<_> = scan
            .examples
            .iter()
            .map(|(file, line, reason)| (*file, *line, reason.text()))
            .collect();
        result.set_item("examples", examples)?;
        result.set_item("span", scan.span)?;
        let mut stale: Vec<_> = scan
            .traces
            .stale
            .iter()
            .map(|(id, seen)| {
                let processes = seen.processes.len();
                (
                    format!("{id:032x}"),
                    seen.first,
                    seen.last,
                    seen.lines,
                    processes,
                )
            })
            .collect();
        stale.sort();
        result.set_item("stale", stale)?;
        result.set_item("stale_dropped", scan.traces.dropped)?;
        Ok(result)
    }
}

impl Scanner {
    fn lock(&self) -> std::sync::MutexGuard<'_, Scan> {
        self.scan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Groups by name; None is that of the lines without one, and `...` of those beyond the limit.
fn groups<'py>(py: Python<'py>, tally: &Tally) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, counts) in tally.groups() {
        dict.set_item(PyBytes::new(py, name), counts)?;
    }
    others(&dict, &tally.nameless, &tally.rest)?;
    Ok(dict)
}

fn minutes<'py>(py: Python<'py>, minutes: &Minutes) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (minute, counts) in &minutes.counts {
        dict.set_item(minute, counts)?;
    }
    others(&dict, &minutes.timeless, &minutes.rest)?;
    Ok(dict)
}

fn others(dict: &Bound<'_, PyDict>, nameless: &Counts, rest: &Counts) -> PyResult<()> {
    let py = dict.py();
    if nameless.iter().any(|count| *count > 0) {
        dict.set_item(py.None(), nameless)?;
    }
    if rest.iter().any(|count| *count > 0) {
        dict.set_item(py.Ellipsis(), rest)?;
    }
    Ok(())
}
