# Completion of TOOL for fish. Written by: TOOL completion fish
function __FUNCTION_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l answer ($words[1] __complete fish -- $words[2..] 2>/dev/null)
    if test "$answer[1]" = files
        set -l token (commandline -ct)
        set -l path (string replace -r -- '^--[^=]*=' '' "$token")
        set -l start (string sub -l (math (string length -- "$token") - (string length -- "$path")) -- "$token")
        printf '%s\n' "$start"(__fish_complete_path "$path")
    else
        printf '%s\n' $answer[2..]
    end
end
complete -c TOOL -f -a '(__FUNCTION_complete)'
