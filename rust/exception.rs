//! What a record has for an exception, as the texts that a line shows.

use crate::error::Stop;
use crate::names::Slot;
use crate::record::RecordView;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString, PyTuple};

/// Type, message, stacktrace and chain, where they exist; last the stacktrace where there is no chain.
pub type ExceptionText<'py> = [Option<Bound<'py, PyAny>>; 5];

fn exception_text<'py>(texts: &Bound<'py, PyTuple>) -> Result<ExceptionText<'py>, Stop> {
    let part =
        |index| -> PyResult<_> { Ok(Some(texts.get_item(index)?).filter(|text| !text.is_none())) };
    let (stacktrace, chain) = (part(2)?, part(3)?);
    let rendered = stacktrace.clone().filter(|_| chain.is_none());
    Ok([part(0)?, part(1)?, stacktrace, chain, rendered])
}

/// The texts of what a record, or its capture, has for an exception.
pub fn texts_of<'py>(
    view: &RecordView<'py>,
    describe: &Bound<'py, PyAny>,
) -> Result<ExceptionText<'py>, Stop> {
    if let Some(texts) = view
        .capture
        .as_ref()
        .and_then(|capture| capture.exception.as_ref())
    {
        return exception_text(texts);
    }
    if let Some(exc_info) = view.get(Slot::ExcInfo).filter(|found| !is_nothing(found)) {
        let texts = describe.call1((exc_info,))?;
        if let Ok(texts) = texts.cast_into::<PyTuple>() {
            return exception_text(&texts);
        }
    }
    if let Some(texts) = &view.rendered {
        return exception_text(texts);
    }
    // what a stdlib formatter left behind
    let rendered = view.get(Slot::ExcText).filter(|text| {
        text.cast_exact::<PyString>()
            .is_ok_and(|text| text.len().is_ok_and(|len| len > 0))
    });
    Ok([None, None, rendered.cloned(), None, rendered.cloned()])
}

/// None or False, as logging has them where there is no exception.
fn is_nothing(exc_info: &Bound<'_, PyAny>) -> bool {
    exc_info.is_none()
        || exc_info
            .cast_exact::<PyBool>()
            .is_ok_and(|flag| !flag.is_true())
}
