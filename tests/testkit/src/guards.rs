//! Every guard in turn: a script runs again and again, each time with the next guard of every trace failing by force, until no recording of a run
//! had so many guards. The interpreter tells how many there were in the statistics that it leaves.

use std::path::Path;

/// No script needs more runs than this; one that does has traces too long for this mode.
pub const MOST: u64 = 2000;

/// Calls `run` for guard 1, 2, and so on, until the statistics it left at `stats` say that there is no such guard, or it says false.
pub fn each(stats: &Path, mut run: impl FnMut(u64) -> bool) {
    for guard in 1..=MOST {
        let go_on = run(guard);
        let most = std::fs::read_to_string(stats).map_or(0, |json| most_guards(&json));
        // A run that ended early left none.
        let _ = std::fs::remove_file(stats);
        if !go_on || most < guard {
            break;
        }
    }
}

/// The count of guards in the longest recording.
fn most_guards(json: &str) -> u64 {
    let counter = |line: &str| {
        line.trim()
            .strip_prefix("\"most_guards\": ")?
            .trim_end_matches(',')
            .parse()
            .ok()
    };
    json.lines().find_map(counter).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_go_on_until_there_is_no_such_guard() {
        let path = std::env::temp_dir().join(format!("testkit-guards-{}.json", std::process::id()));
        let mut seen = Vec::new();
        each(&path, |guard| {
            seen.push(guard);
            // Where guards fail, recordings differ.
            let most = if guard < 3 { 9 } else { 4 };
            let json = format!("{{\n  \"loops\": 1,\n  \"most_guards\": {most},\n}}\n");
            std::fs::write(&path, json).is_ok()
        });
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        assert!(!path.exists());
    }

    #[test]
    fn runs_end_where_one_fails_or_tells_nothing() {
        let path = std::env::temp_dir().join("testkit-guards-never-written.json");
        let mut runs = 0;
        each(&path, |_| {
            runs += 1;
            true
        });
        assert_eq!(runs, 1);
    }
}
