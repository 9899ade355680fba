//! The command line.

use taipan_modules::Config;

/// What to run.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// `-c`
    Text(String),
    /// `-m`
    Module(String),
    /// A file.
    File(String),
    /// A folder with a file `__main__.py`.
    Folder,
    /// Standard input.
    Input,
}

/// The command line, understood.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    pub(crate) program: Program,
    pub(crate) modules: Config,
    /// `-X` strings for the toolkit.
    pub(crate) coil: Vec<String>,
    pub(crate) help: bool,
    pub(crate) version: bool,
    /// `-x`
    pub(crate) skip_line: bool,
}

/// Reads the command line.
pub(crate) fn parse(words: &[String]) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        program: Program::Input,
        modules: Config {
            orig_argv: words.to_vec(),
            no_site: false,
            ..Config::default()
        },
        coil: Vec::new(),
        help: false,
        version: false,
        skip_line: false,
    };
    arguments.modules.executable = std::env::current_exe()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    let mut rest = words.iter().skip(1).cloned().peekable();
    let mut program = None;
    while program.is_none() {
        let Some(word) = rest.peek() else { break };
        if !word.starts_with('-') || word == "-" {
            break;
        }
        let word = rest.next().unwrap_or_default();
        match word.as_str() {
            "--" => break,
            "--help" => arguments.help = true,
            "--version" => arguments.version = true,
            _ if word.starts_with("--") => return Err(format!("unknown option {word}")),
            _ => program = short(&mut arguments, &word[1..], &mut rest)?,
        }
    }
    let program = match program {
        Some(program) => program,
        None => match rest.next() {
            None => Program::Input,
            Some(word) if word == "-" => Program::Input,
            Some(path) => Program::File(path),
        },
    };
    let first = match &program {
        Program::Text(_) => "-c".to_owned(),
        Program::Module(_) => "-m".to_owned(),
        Program::Input => "-".to_owned(),
        Program::File(path) => path.clone(),
        Program::Folder => String::new(),
    };
    let program = match program {
        Program::File(path) if std::path::Path::new(&path).is_dir() => Program::Folder,
        program => program,
    };
    let own_path = match &program {
        Program::Folder => {
            std::path::absolute(&first).map_or(first.clone(), |path| path.display().to_string())
        }
        Program::File(path) => {
            let folder = std::path::Path::new(path)
                .parent()
                .map(|folder| folder.display().to_string());
            let folder = folder
                .filter(|folder| !folder.is_empty())
                .unwrap_or_else(|| ".".to_owned());
            std::path::absolute(&folder).map_or(folder, |folder| folder.display().to_string())
        }
        Program::Module(_) => std::env::current_dir()
            .map(|folder| folder.display().to_string())
            .unwrap_or_default(),
        _ => String::new(),
    };
    let modules = &mut arguments.modules;
    if !modules.ignore_environment {
        environment(modules);
    }
    if !modules.safe_path || matches!(program, Program::Folder) {
        modules.path.push(own_path);
    }
    if !modules.ignore_environment {
        // ALLOW(env-var): as below.
        if let Ok(path) = std::env::var("PYTHONPATH") {
            modules.path.extend(
                path.split(':')
                    .filter(|entry| !entry.is_empty())
                    .map(str::to_owned),
            );
        }
    }
    modules.argv.push(first);
    modules.argv.extend(rest);
    arguments.program = program;
    Ok(arguments)
}

/// Python's variables that stand for options. What the library reads itself (PYTHONSTARTUP and the like) is left to it.
fn environment(modules: &mut Config) {
    // ALLOW(env-var): Python's own variables, not options of the toolkit.
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let is_set = |name: &str| variable(name).is_some();
    let level = |name: &str| variable(name).map_or(0, |text| text.trim().parse().unwrap_or(1));
    modules.unbuffered |= is_set("PYTHONUNBUFFERED");
    modules.dont_write_bytecode |= is_set("PYTHONDONTWRITEBYTECODE");
    modules.inspect |= is_set("PYTHONINSPECT");
    modules.safe_path |= is_set("PYTHONSAFEPATH");
    modules.no_user_site |= is_set("PYTHONNOUSERSITE");
    modules.optimize = modules.optimize.max(level("PYTHONOPTIMIZE"));
    modules.verbose = modules.verbose.max(level("PYTHONVERBOSE"));
    modules.debug = modules.debug.max(level("PYTHONDEBUG"));
    if let Some(filters) = variable("PYTHONWARNINGS") {
        let mut all: Vec<String> = filters.split(',').map(str::to_owned).collect();
        all.append(&mut modules.warnoptions);
        modules.warnoptions = all;
    }
}

/// A word of short options; gives the program when it ends the options.
fn short(
    arguments: &mut Arguments,
    letters: &str,
    rest: &mut impl Iterator<Item = String>,
) -> Result<Option<Program>, String> {
    let modules = &mut arguments.modules;
    for (at, letter) in letters.char_indices() {
        let mut value = |what: &str| {
            let attached = &letters[at + letter.len_utf8()..];
            if attached.is_empty() {
                rest.next()
                    .ok_or_else(|| format!("Argument expected for the -{what} option"))
            } else {
                Ok(attached.to_owned())
            }
        };
        match letter {
            'c' => return value("c").map(|text| Some(Program::Text(text))),
            'm' => return value("m").map(|module| Some(Program::Module(module))),
            'X' => {
                let option = value("X")?;
                if coil_options::Options::knows(&option) {
                    arguments.coil.push(option);
                } else {
                    let (name, text) = match option.split_once('=') {
                        Some((name, text)) => (name.to_owned(), Some(text.to_owned())),
                        None => (option, None),
                    };
                    modules.xoptions.push((name, text));
                }
                return Ok(None);
            }
            'W' => {
                let filter = value("W")?;
                modules.warnoptions.push(filter);
                return Ok(None);
            }
            'b' => modules.bytes_warning += 1,
            'd' => modules.debug += 1,
            'x' => arguments.skip_line = true,
            'B' => modules.dont_write_bytecode = true,
            'E' => modules.ignore_environment = true,
            'I' => {
                modules.isolated = true;
                modules.ignore_environment = true;
                modules.safe_path = true;
                modules.no_user_site = true;
            }
            'O' => modules.optimize += 1,
            'P' => modules.safe_path = true,
            'q' => modules.quiet = true,
            's' => modules.no_user_site = true,
            'S' => modules.no_site = true,
            'u' => modules.unbuffered = true,
            'v' => modules.verbose += 1,
            'i' => modules.inspect = true,
            'V' => arguments.version = true,
            'h' | '?' => arguments.help = true,
            other => return Err(format!("Unknown option: -{other}")),
        }
    }
    Ok(None)
}
