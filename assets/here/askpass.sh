#!/bin/sh
# What ssh runs on the operator's machine when it wants an answer of a person: there is none, a screen may cover the terminal.
# TAGBOAT_SAID is the file that what was asked is told in; TAGBOAT_ASKPASS the operator's own program of this kind.
asked=${1-}
case ${SSH_ASKPASS_PROMPT-} in
  none)
    # Nothing is asked, a security key wants to be touched. Who has a display is told so, as by their own ssh.
    [ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ] || exit 0
    exec "${TAGBOAT_ASKPASS:-ssh-askpass}" "$@"
    ;;
  *)
    line="tagboat did not answer: $(printf '%s' "$asked" | tr '\r\n' '  ')"
    if [ -n "${TAGBOAT_SAID-}" ]; then printf '%s\n' "$line" >>"$TAGBOAT_SAID"; else printf '%s\n' "$line" >&2; fi
    ;;
esac
case ${SSH_ASKPASS_PROMPT-}:$asked in
  confirm:* | *":Enter passphrase for "* | *":Enter PIN for '"* | *yes/no*)
    # A no is understood: that key is left out, that host is not trusted.
    exit 1
    ;;
esac
# Everything else ssh would answer with nothing: a failed login at an sshd that counts them, or one of the eight tries that
# a security key grants for its PIN. So it ends here.
kill "$PPID"
exit 1
