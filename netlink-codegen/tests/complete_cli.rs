//! Completion: what the tools answer, and that the shells' scripts make use of it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

const NETLINK: &str = env!("CARGO_BIN_EXE_netlink");
const CODEGEN: &str = env!("CARGO_BIN_EXE_netlink-codegen");

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
    String::from_utf8(output.stdout).expect("text")
}

/// The words that a line's last one may become, as a shell without peculiarities gets them.
fn ask(tool: &str, line: &str) -> Vec<String> {
    let words = line.split(' ');
    let answer = output(Command::new(tool).args(["__complete", "fish", "--"]).args(words));
    let mut lines = answer.lines();
    match lines.next() {
        Some("files") => vec!["(files)".to_owned()],
        Some("words") => lines.map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect(),
        other => panic!("{line}: {other:?}"),
    }
}

/// Some words are there, others are not.
fn among(line: &str, there: &[&str], others: &[&str]) {
    let words = ask(NETLINK, line);
    let has = |word: &&str| words.iter().any(|w| w == word);
    assert!(there.iter().all(has), "{line}: {there:?} in {words:?}");
    assert!(!others.iter().any(has), "{line}: {others:?} in {words:?}");
}

#[test]
fn commands_families_operations() {
    among("", &["dump", "do", "decode", "families", "completion"], &["__complete"]);
    among("dump rt-", &["rt-link", "rt-addr"], &["ethtool", "common"]);
    // By both names.
    among("dump ", &["mptcp_pm", "taskstats", "TASKSTATS"], &["common", "lwtunnel"]);
    among("dump rt-link ", &["getlink"], &["newlink", "setlink"]);
    among("do rt-link ", &["newlink", "getlink", "setlink"], &[]);
    among("dump --names rt-link get", &["getlink"], &[]);
    assert_eq!(ask(NETLINK, "do nosuch "), [""; 0]);
    assert_eq!(ask(NETLINK, "do common "), [""; 0]);
}

#[test]
fn attributes_by_path() {
    among("do rt-link newlink ", &["ifname=", "mtu=", "linkinfo.", "prop-list."], &["pad="]);
    assert_eq!(ask(NETLINK, "do rt-link newlink ifna"), ["ifname="]);
    // As people type it.
    assert_eq!(ask(NETLINK, "do rt-link newlink num_tx"), ["num-tx-queues="]);
    among("do rt-link newlink linkinfo.", &["linkinfo.kind=", "linkinfo.data."], &["linkinfo.id="]);
    among("do rt-link newlink linkinfo.kind=", &["linkinfo.kind=vlan", "linkinfo.kind=veth"], &[]);
    // The kind says what there is.
    let data = |kind: &str| format!("do rt-link newlink linkinfo.kind={kind} mtu=1500 linkinfo.data.");
    among(&data("vlan"), &["linkinfo.data.id=", "linkinfo.data.flags."], &["linkinfo.data.ageing="]);
    among(&data("vxlan"), &["linkinfo.data.id=", "linkinfo.data.ageing="], &["linkinfo.data.flags."]);
    assert_eq!(ask(NETLINK, "do rt-link newlink linkinfo.data."), [""; 0]);
    // A flag is whole without a value; numbers of an indexed nest are the user's.
    among("do rt-link newlink af-spec.", &["af-spec.inet."], &["af-spec.inet="]);
    // Of a family's own header, too: the command says which operation is meant.
    among("dump ethtool linkinfo-get ", &["header."], &[]);
    among("dump ethtool linkinfo-get header.", &["header.dev-name="], &[]);
}

#[test]
fn values_by_name() {
    among("do rt-link newlink operstate=", &["operstate=up", "operstate=down"], &[]);
    let flags = "do rt-link newlink linkinfo.kind=vlan linkinfo.data.flags.flags=";
    among(&format!("{flags}gvrp,re"), &["linkinfo.data.flags.flags=gvrp,reorder-hdr"], &[]);
    assert_eq!(
        ask(NETLINK, "do rt-link newlink --header "),
        ["ifi_family=", "ifi_type=", "ifi_index=", "ifi_flags=", "ifi_change="]
    );
    assert_eq!(
        ask(NETLINK, "do rt-link newlink --header ifi_family=inet"),
        ["ifi_family=inet", "ifi_family=inet6"]
    );
    among("do rt-link newlink --flags create,ex", &["create,excl"], &["create,echo"]);
    among("decode --protocol s", &["sock-diag"], &["route"]);
    among("decode --color=", &["--color=never"], &[]);
}

#[test]
fn groups_of_monitor() {
    among("monitor ", &["all", "rt-link", "link", "ipv4-route", "ethtool"], &["common", "rt-link:link"]);
    among("monitor rt-link:", &["rt-link:link"], &["link", "rt-addr:ipv4-ifaddr"]);
    among("monitor link ethtool:", &["ethtool:monitor"], &[]);
}

#[test]
fn files_elsewhere() {
    for line in ["decode ", "decode --schema ", "decode --schema=", "dump rt-link getlink --headers "] {
        assert_eq!(ask(NETLINK, line), ["(files)"], "{line}");
    }
    assert_eq!(ask(CODEGEN, "check sch"), ["(files)"]);
}

/// A family of one's own is among them when its file is named before.
#[test]
fn schemas_of_ones_own() {
    let folder = std::env::temp_dir().join(format!("netlink-complete-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("sensors.yaml");
    let yaml = "
name: sensors
operations: {attribute-set: reading, list: {get-it: {c-name: SENSOR_CMD_GET, value: 1, modes: do dump}}}
attribute-sets: {reading: {attributes: {depth: {type: u32, value: 1}}}}
";
    std::fs::write(&file, yaml).expect("a file");
    let schema = format!("--schema {}", file.display());
    among(&format!("dump {schema} sen"), &["sensors"], &[]);
    among(&format!("dump {schema} sensors "), &["get-it"], &[]);
    among(&format!("dump {schema} sensors get-it "), &["depth="], &[]);
    std::fs::remove_dir_all(&folder).expect("removal");
}

#[test]
fn the_generator() {
    let words = ask(CODEGEN, "");
    assert!(words.contains(&"generate".to_owned()) && words.contains(&"completion".to_owned()), "{words:?}");
    assert_eq!(ask(CODEGEN, "generate --family rt-l"), ["rt-link"]);
    assert_eq!(ask(CODEGEN, "explain NL0107"), ["NL0107"]);
    assert!(ask(CODEGEN, "generate --kernel 6.1").contains(&"6.12".to_owned()));
}

/// Runs a script of a shell after the completion script of a tool; the tool is found by its name.
fn shell(shell: &str, args: &[&str], tool: &str, script: &str) -> String {
    let name = Path::new(tool).file_name().expect("a name").to_str().expect("text");
    let folder = Path::new(tool).parent().expect("a folder").as_os_str().to_owned();
    let path = [folder, OsString::from(":"), std::env::var_os("PATH").unwrap_or_default()];
    let completion = output(Command::new(tool).args(["completion", shell]));
    let file = std::env::temp_dir().join(format!("netlink-complete-{}-{name}.{shell}", std::process::id()));
    std::fs::write(&file, completion).expect("a file");
    let script = script.replace("COMPLETION", file.to_str().expect("text"));
    let mut command = Command::new(shell);
    command.args(args).arg("-c").arg(script).env("PATH", path.into_iter().collect::<OsString>());
    let shown = output(&mut command);
    std::fs::remove_file(&file).expect("removal");
    shown
}

/// Whether a shell is here.
fn here(shell: &str, test: &str) -> bool {
    let here = Command::new(shell).arg("--version").output().is_ok();
    if !here {
        netlink_tests::skip(test, &format!("{shell} is not installed"));
    }
    here
}

#[test]
fn bash() {
    if !here("bash", "completion by bash") {
        return;
    }
    // Bash calls the function with the line in variables, and takes what is in COMPREPLY.
    let ask = |line: &str| {
        let script = format!(
            "source COMPLETION
             complete -p netlink
             COMP_LINE='{line}' COMP_POINT=${{#COMP_LINE}}
             compopt() {{ echo \"compopt $*\"; }}
             _netlink netlink
             printf '<%s>\\n' \"${{COMPREPLY[@]}}\""
        );
        let shown = shell("bash", &["--norc"], NETLINK, &script);
        let (first, rest) = shown.split_once('\n').expect("lines");
        assert_eq!(first, "complete -o nospace -F _netlink netlink");
        rest.to_owned()
    };
    assert_eq!(ask("netlink dump rt-link g"), "<getlink >\n");
    assert_eq!(ask("netlink do rt-link newlink ifna"), "<ifname=>\n");
    // It replaces what follows `=` and `:`.
    assert_eq!(ask("netlink do rt-link newlink linkinfo.kind=vla"), "<vlan >\n");
    assert_eq!(ask("netlink do rt-link newlink --header=ifi_family=inet6"), "<inet6 >\n");
    assert_eq!(ask("netlink monitor rt-link:li"), "<link >\n");
    assert_eq!(
        ask("netlink do \"rt-link\" newlink linkinfo.kind=vlan linkinfo.data.flags.flags=re"),
        "<reorder-hdr >\n"
    );
    assert_eq!(ask("netlink decode "), "compopt -o default +o nospace\n<>\n");
    assert_eq!(ask("netlink nosuch x"), "<>\n");
    let script = "source COMPLETION; complete -p netlink-codegen; COMP_LINE='netlink-codegen generate --fam'
                  COMP_POINT=30; _netlink_codegen netlink-codegen; echo \"$COMPREPLY\"";
    let shown = shell("bash", &["--norc"], CODEGEN, script);
    assert_eq!(shown, "complete -o nospace -F _netlink_codegen netlink-codegen\n--family \n");
}

#[test]
fn zsh() {
    if !here("zsh", "completion by zsh") {
        return;
    }
    let ask = |words: &str| {
        let script = format!(
            "_files() {{ print files; }}
             _describe() {{ print -rl -- closed $closed open $open; }}
             compset() {{ print compset $*; }}
             source COMPLETION
             words=({words}) CURRENT=$#words PREFIX=$words[-1]
             _netlink"
        );
        shell("zsh", &["-f"], NETLINK, &script)
    };
    let shown = ask("netlink monitor rt-link:li");
    assert!(shown.starts_with("closed\nrt-link\\:link:") && shown.ends_with("\nopen\n"), "{shown}");
    let shown = ask("netlink do rt-link newlink linkinfo.kind=vlan linkinfo.data.id");
    assert!(shown.starts_with("closed\nopen\nlinkinfo.data.id=:"), "{shown}");
    assert_eq!(ask("netlink decode --schema=x"), "compset -P *=\nfiles\n");
}

#[test]
fn fish() {
    if !here("fish", "completion by fish") {
        return;
    }
    let ask = |line: &str| {
        shell("fish", &["--no-config"], NETLINK, &format!("source COMPLETION; complete -C '{line}'"))
    };
    assert_eq!(ask("netlink dump rt-l"), "rt-link\n");
    let shown = ask("netlink do rt-link newlink linkinfo.kind=vlan linkinfo.data.id");
    assert!(shown.starts_with("linkinfo.data.id=\t"), "{shown}");
    assert_eq!(ask("netlink decode Cargo.tom"), "Cargo.toml\n");
}
