/// What `context_value` is without `unsafe`.
pub fn context_value<'py>(variable: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    variable.call_method0(pyo3::intern!(variable.py(), "get")).map(Some)
}
