# Completion of TOOL for bash. Written by: TOOL completion bash
_FUNCTION() {
    local answer
    mapfile -t answer < <("$1" __complete bash -- "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    COMPREPLY=("${answer[@]:1}")
    if [[ ${answer[0]} == files ]]; then
        compopt -o default +o nospace
    fi
}
# Words bring the blank after them.
complete -o nospace -F _FUNCTION TOOL
