//! Keys and merchants: what is known, a new key for the gateway, a new merchant or a new key of one.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::antom::{Signer, Verifier};

use super::answer::{Problem, ok, read};
use super::api::Control;
use crate::api_key::ApiKey;
use crate::keys::is_client_id;

/// Merchants that a gateway knows at most.
const MOST: usize = 10_000;

/// The keys that are in use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Keys {
    /// The version of the key that answers and notifications are signed with.
    version: u32,
    /// Its public half: base64 of the SubjectPublicKeyInfo, for the merchants.
    public_key: String,
    /// The merchants.
    clients: Vec<KnownClient>,
}

/// A merchant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct KnownClient {
    client_id: String,
    /// The versions of the public keys that were uploaded.
    versions: Vec<u32>,
}

/// A merchant's key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Upload {
    /// A public key in any form: PEM, or base64 of a SubjectPublicKeyInfo. None takes the version back.
    #[serde(default)]
    public_key: Option<String>,
    /// Its version. Default 1.
    #[serde(default = "first")]
    version: u32,
    /// A key for API-key mode: `isak_TEST_<id>_<secret>`.
    #[serde(default)]
    api_key: Option<String>,
}

/// The keys that are in use.
#[utoipa::path(get, path = "/_sim/keys", responses((status = 200, description = "The keys.", body = Keys)))]
pub(super) async fn read_keys(State(control): State<Control>) -> Result<Response, Problem> {
    keys(&control).await
}

/// Gives the gateway a new key, one version higher, for answers and notifications from now on. It lasts until the
/// gateway stops.
#[utoipa::path(post, path = "/_sim/keys/rotate", responses((status = 200, description = "The keys.", body = Keys)))]
pub(super) async fn rotate(State(control): State<Control>) -> Result<Response, Problem> {
    // Making a key takes a while; the gateway goes on meanwhile.
    let made = tokio::task::spawn_blocking(Signer::generate).await;
    let signer = made.ok().and_then(Result::ok).ok_or_else(Problem::stopping)?;
    control.ask(move |gateway, _| gateway.rotate(signer)).await?;
    keys(&control).await
}

/// Adds a merchant, or a key to one that is known. Merchants see nothing of each other.
#[utoipa::path(put, path = "/_sim/clients/{client}", request_body = Upload,
    params(("client" = String, Path, description = "The client id.")),
    responses((status = 200, description = "The keys.", body = Keys), (status = 400, body = Problem)))]
pub(super) async fn put_client(
    State(control): State<Control>,
    Path(client): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let upload: Upload = read(&body)?;
    if !is_client_id(&client) {
        return Err(Problem::bad("a client id is 1 to 64 letters, digits, and -._"));
    }
    if upload.version == 0 {
        return Err(Problem::bad("versions count from 1"));
    }
    let key = upload.public_key.map(|text| Verifier::load(text.as_bytes())).transpose();
    let key = key.map_err(|error| Problem::bad(error.to_string()))?;
    let api_key = upload.api_key.map(|text| ApiKey::parse(&text)).transpose();
    let api_key = api_key.map_err(|error| Problem::bad(error.to_string()))?;
    let version = upload.version;
    let done = control.ask(move |gateway, _| {
        let clients = gateway.clients_mut();
        if clients.find_mut(&client).is_none() {
            if clients.iter().count() >= MOST {
                return Err(Problem::bad(format!("there are {MOST} merchants already")));
            }
            clients.put(client.as_str(), crate::client::Client::keyless());
        }
        let Some(known) = clients.find_mut(&client) else { return Ok(()) };
        match (key, api_key) {
            (Some(key), api_key) => {
                known.put_key(version, key);
                api_key.into_iter().for_each(|api_key| known.set_api_key(api_key));
            }
            (None, Some(api_key)) => known.set_api_key(api_key),
            (None, None) => {
                known.remove_key(version);
            }
        }
        Ok(())
    });
    done.await??;
    keys(&control).await
}

async fn keys(control: &Control) -> Result<Response, Problem> {
    let keys = control.ask(|gateway, _| Keys {
        version: gateway.signer().version(),
        public_key: gateway.signer().public_base64().unwrap_or_default(),
        clients: gateway
            .clients_mut()
            .iter()
            .map(|(id, client)| KnownClient { client_id: id.to_owned(), versions: client.versions().collect() })
            .collect(),
    });
    Ok(ok(&keys.await?))
}

const fn first() -> u32 {
    1
}
