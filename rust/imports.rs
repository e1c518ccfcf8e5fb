//! Every Python object that this core uses by name, one row each.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// An attribute of a module, looked up at its first use.
pub struct Import {
    module: &'static str,
    name: &'static str,
    cell: PyOnceLock<Py<PyAny>>,
}

impl Import {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            cell: PyOnceLock::new(),
        }
    }

    pub fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let object = self.cell.get_or_try_init(py, || {
            py.import(self.module)?
                .getattr(self.name)
                .map(Bound::unbind)
        })?;
        Ok(object.bind(py))
    }
}

/// A row that names a module's `__dict__`, or another dict.
pub fn namespace<'py>(py: Python<'py>, row: &'static Import) -> PyResult<&'py Bound<'py, PyDict>> {
    Ok(row.get(py)?.cast::<PyDict>()?)
}

pub static CLOCK: Import = Import::new("tracefmt._cold.logger", "CLOCK");
pub static CLOCK_NAME: Import = Import::new("tracefmt._cold.logger", "CLOCK_NAME");
pub static GET_LEVEL_NAME: Import = Import::new("logging", "getLevelName");
pub static GIVEN: Import = Import::new("tracefmt._cold.logger", "given");
pub static IS_FINALIZING: Import = Import::new("sys", "is_finalizing");
pub static IS_UNTOUCHED: Import = Import::new("tracefmt._cold.logger", "is_untouched");
pub static LEVEL_NAMES: Import = Import::new("logging", "_levelToName");
pub static LEVEL_NUMBERS: Import = Import::new("logging", "_nameToLevel");
pub static LIST: Import = Import::new("builtins", "list");
pub static LOGGING: Import = Import::new("logging", "__dict__");
pub static RECORD_OF: Import = Import::new("tracefmt._cold.logger", "record_of");
pub static REFUSE_LEVEL: Import = Import::new("tracefmt._cold.logger", "refuse_level");
pub static REPORT_CALL: Import = Import::new("tracefmt._cold.logger", "report_call");
pub static WORKER: Import = Import::new("tracefmt._cold.logger", "worker");
pub static RUNNING_LOOP: Import = Import::new("asyncio.events", "_get_running_loop");
pub static STRERROR: Import = Import::new("os", "strerror");
pub static SYS_MODULES: Import = Import::new("sys", "modules");
pub static TASK_NAME: Import = Import::new("tracefmt._cold.logger", "task_name");
pub static TIME: Import = Import::new("time", "__dict__");
pub static LOG_RECORD: Import = Import::new("logging", "LogRecord");
pub static ATTRIBUTES_OF: Import = Import::new("tracefmt._cold.record", "attributes_of");
pub static CAPTURED: Import = Import::new("tracefmt._cold.record", "captured");
pub static CONVERT: Import = Import::new("tracefmt._cold.value", "convert");
pub static EVENT_ARGUMENTS: Import = Import::new("tracefmt._cold.event", "arguments");
pub static EVENT_CALLER: Import = Import::new("tracefmt._cold.event", "caller");
pub static EVENT_CLOCK: Import = Import::new("tracefmt._cold.event", "CLOCK");
pub static EVENT_CREATED: Import = Import::new("tracefmt._cold.event", "created");
pub static EVENT_EXC_INFO: Import = Import::new("tracefmt._cold.event", "exc_info");
pub static EVENT_ITEMS: Import = Import::new("tracefmt._cold.event", "items_of");
pub static EVENT_LAST_LINE: Import = Import::new("tracefmt._cold.event", "last_line_of");
pub static EVENT_SAID: Import = Import::new("tracefmt._cold.event", "said_by");
pub static EVENT_STACK: Import = Import::new("tracefmt._cold.event", "stack_text");
pub static EVENT_TEXTS: Import = Import::new("tracefmt._cold.event", "texts_of");
pub static EVENT_WORKER: Import = Import::new("tracefmt._cold.event", "worker");
pub static DESCRIBE_ERROR: Import = Import::new("tracefmt._cold.text", "describe_error");
pub static EXPLICIT: Import = Import::new("tracefmt._cold.record", "explicit");
pub static FORMAT_FAILED: Import = Import::new("tracefmt._cold.message", "failed");
pub static CLASS_IS_UNTOUCHED: Import = Import::new("tracefmt._cold.handler", "is_untouched");
pub static HANDLE_BY_CLASS: Import = Import::new("tracefmt._cold.handler", "handle_by_class");
pub static HANDLE: Import = Import::new("tracefmt._cold.handler", "handle");
pub static KEY_TEXT: Import = Import::new("tracefmt._cold.key", "text_of");
pub static LINE_OF: Import = Import::new("tracefmt._cold.last_resort", "line_of");
pub static MERGE: Import = Import::new("tracefmt._cold.message", "merge");
pub static MESSAGE_OF_RECORD: Import = Import::new("tracefmt._cold.message", "of_record");
pub static NORMALIZE: Import = Import::new("tracefmt.spans", "normalize");
pub static REMOVED: Import = Import::new("tracefmt._cold.screen", "REMOVED");
pub static OFFSET_OF: Import = Import::new("tracefmt._cold.local_time", "offset_of");
pub static REPORT_LOSS: Import = Import::new("tracefmt._cold.handler", "report_loss");
pub static REMEMBER: Import = Import::new("tracefmt._cold.missing", "remember");
pub static REPORT: Import = Import::new("tracefmt._cold.handler", "report");
pub static STANDARD: Import = Import::new("tracefmt._cold.record", "STANDARD");
pub static UNIQUE: Import = Import::new("tracefmt._cold.key", "unique");
pub static UNREPRESENTABLE: Import = Import::new("tracefmt._cold.text", "unrepresentable");
pub static WITH_CONTEXT: Import = Import::new("tracefmt._cold.record", "with_context");
pub static WIDE_INTEGER: Import = Import::new("tracefmt._cold.integer", "wide");
