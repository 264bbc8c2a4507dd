//! The program is told to stop: at any moment, by any signal that means it.

use std::time::Duration;

use super::{DEMO, Program, SERVE, latchkey, names, send_signal};

#[test]
fn every_signal_that_means_it_ends_a_server_in_good_order() {
    for signal in ["TERM", "INT", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        // At once: it was promised that it listens.
        let program = Program::start(folder.path(), &DEMO);
        let said = program.stop(signal);
        assert!(!said.contains("not counted"), "{signal}: {said}");
        assert_eq!(names(folder.path()), ["latchkey.db", "latchkey.db.pepper"], "{signal}");
    }
}

#[test]
fn a_start_that_is_told_to_stop_leaves_all_or_nothing() {
    for milliseconds in (0..600).step_by(60) {
        let folder = tempfile::tempdir().unwrap();
        let mut child = latchkey(folder.path(), &DEMO).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        send_signal(&child, "TERM");
        child.wait().unwrap();
        let left = names(folder.path());
        let nothing: [&str; 0] = [];
        assert!(
            left == nothing || left == ["latchkey.db", "latchkey.db.pepper"],
            "after {milliseconds} ms: {left:?}"
        );
        Program::start(folder.path(), &SERVE);
    }
}

#[test]
fn whoever_types_nothing_can_interrupt_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["create-admin", "--email", "g@example.com", "--name", "G", "--password-stdin"];
    let mut command = latchkey(folder.path(), &arguments);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    while !folder.path().join("latchkey.db.pepper").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Waiting would close it.
    let _open = child.stdin.take();
    send_signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names(folder.path()), [""; 0]);
}
