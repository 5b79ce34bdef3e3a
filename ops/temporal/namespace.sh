#!/bin/sh
# Makes the namespace, or brings its retention to what is asked for. Safe to run again. A server that has just begun to
# answer may refuse for a while: sixty tries, two seconds apart. Search attributes are registered by the worker.
set -eu
: "${NAMESPACE:?the namespace to make}" "${RETENTION:?how long what has ended is kept, such as 90d}"
TRIES=${TRIES:-60}
PAUSE=${PAUSE:-2}

ready() {
    if temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1; then
        temporal operator namespace update --namespace "$NAMESPACE" --retention "$RETENTION" >/dev/null
    else
        temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION" >/dev/null
    fi
}

try=1
until said=$(ready 2>&1); do
    if [ "$try" -ge "$TRIES" ]; then
        echo "the namespace $NAMESPACE cannot be made, $try times: $said" >&2
        exit 1
    fi
    try=$((try + 1))
    sleep "$PAUSE"
done
echo "the namespace $NAMESPACE keeps what has ended for $RETENTION"
