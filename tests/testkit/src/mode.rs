//! The modes a script runs in: settings of the JIT and the collector that must not change what it prints.

/// A mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The plain interpreter.
    Off,
    /// Loops are traced on their second turn.
    Eager,
    /// A collection at every allocation, or at every Nth where the script asks for that.
    Stress,
    /// As users run it.
    Default,
}

impl Mode {
    /// All of them, in the order they run.
    pub const ALL: [Mode; 4] = [Mode::Off, Mode::Default, Mode::Eager, Mode::Stress];

    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Off => "off",
            Mode::Eager => "eager",
            Mode::Stress => "stress",
            Mode::Default => "default",
        }
    }

    /// The environment that brings it about; under stress, allocations between collections are `interval`.
    pub fn environment(self, interval: u32) -> Vec<(&'static str, String)> {
        match self {
            Mode::Off => vec![("COIL_JIT", "off".to_owned())],
            Mode::Eager => vec![("COIL_JIT", "threshold:2".to_owned())],
            Mode::Stress => vec![("COIL_GC", format!("stress:{interval}"))],
            Mode::Default => Vec::new(),
        }
    }
}

/// A comma-separated list.
///
/// # Errors
/// A text naming the word that is no mode.
pub fn parse_modes(text: &str) -> Result<Vec<Mode>, String> {
    text.split(',')
        .map(str::trim)
        .map(|word| {
            Mode::ALL
                .into_iter()
                .find(|m| m.name() == word)
                .ok_or_else(|| format!("no mode {word}"))
        })
        .collect()
}
