# The plain prune of the seed: what no container names and is not stamped goes. Beside it the races are seen to be lost.
# shellcheck shell=sh
used=$(docker ps -a --format '{{.Image}}' | sort -u)
active=$(tr -d '[:space:]' </etc/convocate-agent/current-image)
docker images convocate --format '{{.Repository}}:{{.Tag}}' | grep -v '<none>' | while read -r reference; do
  [ "$reference" != "$active" ] || continue
  ! printf '%s\n' "$used" | grep -Fxq -- "$reference" || continue
  docker rmi "$reference" >/dev/null 2>&1
done
