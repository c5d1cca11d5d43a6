//! The edges of tagboat as traits: a shell on a host, a container engine, the clock. Each has a real and a simulated form.

mod clock;
mod container_engine;
mod registry_access;
mod shell;

pub use clock::{Clock, SystemClock};
pub use container_engine::{
    BuildRequest, ContainerEngine, Created, EngineError, EngineEvent, EngineFacts, EngineImage, ImageDetails,
    ListedContainer, LogPiece, LogQuery, Removal,
};
pub use registry_access::{Heard, Insecure, LayerNews, RegistryAccess};
pub use shell::{Script, ScriptCall, ScriptOutput, Shell, ShellError};
