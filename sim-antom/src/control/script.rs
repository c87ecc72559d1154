//! The script of a running gateway: read it, replace it.

use std::sync::PoisonError;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::answer::{Problem, text};
use super::api::Control;
use crate::script::Script;
use crate::script_text::Mistake;

/// The script as it was given: by `--script`, or by the last PUT.
#[utoipa::path(get, path = "/_sim/script",
    responses((status = 200, description = "YAML; see docs/gateway.md.", content_type = "application/yaml", body = String)))]
pub(super) async fn read_script(State(control): State<Control>) -> Response {
    text("application/yaml", control.script.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// Replaces the script. Its lists begin anew; what is planned for payments that are there stays planned.
#[utoipa::path(put, path = "/_sim/script", request_body(content = String, content_type = "application/yaml"),
    responses((status = 200, description = "The script.", content_type = "application/yaml", body = String),
        (status = 422, description = "A mistake, with its line and column; the old script stays.", body = Problem)))]
pub(super) async fn put_script(State(control): State<Control>, body: Bytes) -> Result<Response, Problem> {
    let written = String::from_utf8(body.to_vec()).map_err(|_| Problem::bad("a script is UTF-8"))?;
    let script = Script::parse(&written)?;
    control.set_script(script, &written).await?;
    Ok(text("application/yaml", written))
}

impl Control {
    /// Replaces the script by one whose text is given.
    ///
    /// # Errors
    /// The mistake in it, or that the gateway is stopping.
    pub async fn replace_script(&self, written: &str) -> Result<(), Mistake> {
        let script = Script::parse(written)?;
        self.set_script(script, written).await.map_err(|problem| Mistake {
            error: problem.error,
            line: None,
            column: None,
        })
    }

    async fn set_script(&self, script: Script, written: &str) -> Result<(), Problem> {
        self.ask(move |gateway, now| gateway.set_script(now, script)).await?;
        written.clone_into(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}
