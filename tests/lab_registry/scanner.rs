//! Looks for texts in the arguments and the environment of every process of this machine, those of the hosts among them, again
//! and again while something runs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// A look that goes on until it is ended.
pub(crate) struct Scanner {
    is_over: Arc<AtomicBool>,
    rounds: Arc<AtomicUsize>,
    thread: JoinHandle<BTreeSet<String>>,
}

/// A text as it is, and as it stands in the middle of Base64 of either kind.
pub(crate) fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![text.as_bytes().to_vec()];
    for before in ["", "x", "xx"] {
        let padded = format!("{before}{text}");
        for encoded in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
            // What stands at the ends depends on what is around it.
            forms.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    forms
}

/// Whether one of these forms is in there.
pub(crate) fn holds(bytes: &[u8], forms: &[Vec<u8>]) -> bool {
    forms
        .iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == form))
}

impl Scanner {
    pub(crate) fn for_text(text: &str) -> Self {
        let (is_over, rounds) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (over, counted, forms) = (is_over.clone(), rounds.clone(), forms(text));
        let thread = std::thread::spawn(move || {
            let mut found = BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                look(&forms, &mut found);
                counted.fetch_add(1, Ordering::Relaxed);
            }
            found
        });
        Self {
            is_over,
            rounds,
            thread,
        }
    }

    /// Waits until everything was looked at once more.
    pub(crate) fn round(&self) {
        let seen = self.rounds.load(Ordering::Relaxed);
        while self.rounds.load(Ordering::Relaxed) < seen + 2 {
            std::thread::yield_now();
        }
    }

    /// Where it was found.
    pub(crate) fn end(self) -> BTreeSet<String> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn look(forms: &[Vec<u8>], found: &mut BTreeSet<String>) {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    for process in processes.filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok()) {
        for name in ["cmdline", "environ"] {
            // A process may be gone by now.
            let bytes = fs::read(process.path().join(name)).unwrap_or_default();
            if holds(&bytes, forms) {
                let command = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
                found.insert(format!("{name} of {}", command.trim()));
            }
        }
    }
}
