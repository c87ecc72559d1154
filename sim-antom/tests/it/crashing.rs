//! A ledger in a file, and a gateway that is killed while it works.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::antom::Signer;

use super::http::written;
use super::merchant::{CLIENT, Draft, INQUIRY, PAY, pay_body};
use super::process::{PATIENCE, Program, run};
use super::rig::ACK;

/// A merchant's listener that acknowledges everything and remembers which payments it was told of.
fn listen(told: Arc<Mutex<BTreeSet<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                continue;
            }
            // The gateway may be killed in the middle of a request.
            let Ok(message) = serde_json::from_slice::<Value>(&body) else { continue };
            told.lock().unwrap().insert(message["paymentRequestId"].as_str().unwrap().to_owned());
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", ACK.len());
            let _ = stream.write_all(&[head.as_bytes(), ACK].concat());
        }
    });
    url
}

/// The answer, if there is one.
fn ask(address: &str, merchant: &Signer, path: &str, body: &Value) -> Option<Value> {
    let draft = Draft::new(path, body);
    let signature = merchant.header(path, CLIENT, draft.time, &draft.body);
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(&written(&draft.with_signature(signature))).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

#[test]
fn killed_under_load_it_loses_no_acknowledged_payment_and_tells_of_each_once_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let told = Arc::new(Mutex::new(BTreeSet::new()));
    let url = listen(Arc::clone(&told));
    let script = path("script.yaml");
    // Some are paid before the crash, some after.
    let buyers: Vec<String> = (0..2000).map(|n| format!("{{pays: {{after: {}ms}}}}", n % 7 * 100)).collect();
    fs::write(&script, format!("buyer: [{}]\n", buyers.join(", "))).unwrap();
    let (keys, store) = (path("keys"), path("ledger"));
    let arguments = ["--keys", &keys, "--client-id", CLIENT, "--store", &store, "--script", &script];
    let gateway = Program::start(&arguments);
    let address = gateway.field("url").strip_prefix("http://").unwrap().to_owned();
    let stopped = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|client| {
            let (address, keys, url) = (address.clone(), keys.clone(), url.clone());
            let stopped = Arc::clone(&stopped);
            std::thread::spawn(move || {
                let merchant = Signer::load(&fs::read(format!("{keys}/merchant-private.key")).unwrap()).unwrap();
                let mut acknowledged = Vec::new();
                for number in 0..500 {
                    let id = format!("{client}-{number}");
                    let mut body = pay_body(&id, "1000");
                    body["paymentNotifyUrl"] = json!(url);
                    match ask(&address, &merchant, PAY, &body) {
                        Some(answer) => {
                            assert_eq!(answer["result"]["resultCode"], "SUCCESS", "{answer}");
                            acknowledged.push((id, answer["paymentId"].clone()));
                        }
                        None if stopped.load(Ordering::SeqCst) => break,
                        None => {}
                    }
                }
                acknowledged
            })
        })
        .collect();
    // In the middle of it: when some were notified and others wait for their buyers.
    let since = Instant::now();
    while told.lock().unwrap().len() < 40 {
        assert!(since.elapsed() < PATIENCE, "too few were notified");
        std::thread::sleep(Duration::from_millis(5));
    }
    stopped.store(true, Ordering::SeqCst);
    gateway.kill();
    let acknowledged: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    assert!(acknowledged.len() > 40, "{}", acknowledged.len());

    let gateway = Program::start(&arguments);
    let address = gateway.field("url").strip_prefix("http://").unwrap().to_owned();
    let merchant = Signer::load(&fs::read(format!("{keys}/merchant-private.key")).unwrap()).unwrap();
    for (id, payment_id) in &acknowledged {
        let answer = ask(&address, &merchant, INQUIRY, &json!({ "paymentRequestId": id })).unwrap();
        assert_eq!(answer["paymentId"], *payment_id, "{answer}");
    }
    let since = Instant::now();
    while let Some((missing, _)) = acknowledged.iter().find(|(id, _)| !told.lock().unwrap().contains(id)) {
        assert!(since.elapsed() < PATIENCE, "{missing} was paid and never notified");
        std::thread::sleep(Duration::from_millis(5));
    }
    // The id of before the crash is still that payment's.
    let (id, payment_id) = &acknowledged[0];
    let mut body = pay_body(id, "1000");
    body["paymentNotifyUrl"] = json!(url);
    assert_eq!(ask(&address, &merchant, PAY, &body).unwrap()["paymentId"], *payment_id);
    body["paymentAmount"]["value"] = json!("1001");
    let answer = ask(&address, &merchant, PAY, &body).unwrap();
    assert_eq!(answer["result"]["resultCode"], "REPEAT_REQ_INCONSISTENT");
}

#[test]
fn a_store_that_is_in_use_or_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (keys, store) = (path("keys"), path("ledger"));
    let _first = Program::start(&["--keys", &keys, "--store", &store]);
    let (code, stderr) = run(&["--keys", &keys, "--store", &store]);
    assert!(code == Some(2) && stderr.contains("another process has it open"), "{stderr}");
    fs::write(path("text"), "no store at all\n".repeat(100)).unwrap();
    let (code, stderr) = run(&["--keys", &keys, "--store", &path("text")]);
    assert!(code == Some(2) && stderr.contains("text"), "{stderr}");
}
