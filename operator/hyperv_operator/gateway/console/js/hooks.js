/** Hooks that several pages use. */

import * as api from './api.js';
import * as stream from './stream.js';
import {useEffect, useRef, useState} from './ui.js';

/**
 * Return {data, problem, loading, reload} of a GET, which is repeated when path or query change, and every `every` milliseconds.
 *
 * Data that was shown stays while it is read again, with `keep` also while the answer to another query is awaited. Without a path,
 * nothing is read.
 */
export function useGet(path, query = {}, {every = 0, keep = false} = {}) {
  const [state, setState] = useState({data: null, problem: null, loading: true});
  const [generation, setGeneration] = useState(0);
  const key = `${path}?${JSON.stringify(query)}`;
  const shown = useRef(key);
  useEffect(() => {
    if (!path) return undefined;
    const leaving = new AbortController();
    let timer = null;
    if (shown.current !== key && !keep) setState({data: null, problem: null, loading: true});
    shown.current = key;
    const read = async () => {
      try {
        const data = await api.get(path, query, {signal: leaving.signal});
        setState({data, problem: null, loading: false});
      } catch (problem) {
        if (problem.name === 'AbortError') return;
        setState((before) => ({...before, problem, loading: false}));
      }
      if (every) timer = setTimeout(read, every);
    };
    read();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [key, generation]);
  return {...state, reload: () => setGeneration((before) => before + 1)};
}

/**
 * Follow a stream while the component is shown, and return its state; `onMessages` gets messages in batches.
 *
 * Messages are collected for a tenth of a second, so that thousands of lines lead to few renderings.
 */
export function useStream(path, query, onMessages) {
  const [state, setState] = useState({connected: false, ended: null});
  const handler = useRef(onMessages);
  handler.current = onMessages;
  const key = path && `${path}?${JSON.stringify(query)}`;
  useEffect(() => {
    if (!path) return undefined;
    let batch = [];
    let timer = null;
    const flush = () => {
      timer = null;
      const messages = batch;
      batch = [];
      handler.current(messages);
    };
    const close = stream.open(path, query, {
      onState: setState,
      onMessage: (message) => {
        batch.push(message);
        timer ??= setTimeout(flush, 100);
      },
    });
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [key]);
  return state;
}

/** Set the document's title while the component is shown. */
export function useTitle(title) {
  useEffect(() => {
    document.title = `${title} · Hyper-V machines`;
  }, [title]);
}

/** Return the time in milliseconds, again every few seconds, so that "3 minutes ago" stays true. */
export function useNow(every = 10000) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
