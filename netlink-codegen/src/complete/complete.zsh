#compdef TOOL
# Completion of TOOL for zsh. Written by: TOOL completion zsh
_FUNCTION() {
    local -a answer closed open
    local line entry
    answer=("${(@f)$("${(Q)words[1]}" __complete zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ $answer[1] == files ]]; then
        [[ $PREFIX == --*=* ]] && compset -P '*='
        _files
        return
    fi
    for line in "${(@)answer[2,-1]}"; do
        entry="${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}"
        # Some words go on.
        case ${line%%$'\t'*} in
            *[=.:]) open+=("$entry") ;;
            *) closed+=("$entry") ;;
        esac
    done
    _describe 'word' closed -- open -S ''
}
if [[ $funcstack[1] == _FUNCTION ]]; then
    _FUNCTION "$@"
elif (( $+functions[compdef] )); then
    compdef _FUNCTION TOOL
fi
