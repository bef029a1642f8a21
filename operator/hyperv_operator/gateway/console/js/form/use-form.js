/** The state of the new-machine form: inputs, secrets, and errors from here and from the gateway. */

import * as api from '../api.js';
import {useEffect, useRef, useState} from '../ui.js';
import * as model from './model.js';

const SETTLE = 700;
const NO_ERRORS = {fields: {}, others: []};

/** Return the state of a form for the document `form`, and what changes it. */
export function useForm(form, initialTarget) {
  const fields = model.fieldsOf(form);
  const [target, setTarget] = useState(initialTarget);
  const [inputs, setInputs] = useState(() => Object.fromEntries(fields.filter((one) => one.default !== undefined).map((one) => [one.id, one.default])));
  const [choices, setChoices] = useState({});
  const [left, setLeft] = useState({});
  const [remote, setRemote] = useState(NO_ERRORS);
  const [attempt, setAttempt] = useState(0);
  const [edits, setEdits] = useState(0);
  const texts = useRef({});
  const idempotency = useRef(null);

  const choiceOf = (id) => choices[id] ?? {mode: 'new'};
  const secrets = () => Object.fromEntries(fields.filter((one) => one.secret).map(({id}) => [id, {...choiceOf(id), text: texts.current[id]}]));
  const local = {...targetErrors(target), ...model.validate(form, inputs, secrets())};
  const all = {...remote.fields, ...local};
  const visible = attempt ? all : Object.fromEntries(Object.entries(all).filter(([id]) => left[id]));

  const edited = (id) => {
    idempotency.current = null;
    setEdits((before) => before + 1);
    setRemote((before) => ({fields: without(before.fields, id), others: []}));
  };
  const leave = (id) => setLeft((before) => (before[id] ? before : {...before, [id]: true}));
  const body = (withSecrets) => model.submission(form, target, inputs, secrets(), {withSecrets});
  const refuse = (problem) => {
    setRemote(model.problemErrors(form, problem));
    setAttempt((before) => before + 1);
  };

  // The rules between fields are the gateway's. They are asked for when typing pauses, and no secret is part of the question.
  useEffect(() => {
    if (!edits || Object.keys(visible).some((id) => id in local)) return undefined;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      api.post('jobs/validate', body(false), {signal: leaving.signal})
        .then(() => setRemote(NO_ERRORS))
        .catch((problem) => problem.errors?.length && setRemote({...model.problemErrors(form, problem), others: []}));
    }, SETTLE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [edits, left]);
  useEffect(() => () => {
    texts.current = {};
  }, []);

  return {
    target, inputs, choiceOf, attempt, errors: visible, others: remote.others, body, leave, refuse,
    family: model.familyOf(form, inputs),
    isValid: () => Object.keys(local).length === 0,
    newSecrets: () => Object.keys(model.secretsOf(form, inputs, secrets()).new),
    fail: () => setAttempt((before) => before + 1),
    forgetSecrets: () => {
      texts.current = {};
    },
    idempotencyKey: () => (idempotency.current ??= crypto.randomUUID()),
    changeTarget: (change) => {
      setTarget((before) => ({...before, ...change}));
      edited('target_host');
    },
    change: (id, value) => {
      setInputs((before) => ({...before, [id]: value}));
      edited(id);
    },
    changeText: (id, text) => {
      texts.current[id] = text;
      edited(id);
    },
    changeChoice: (id, choice) => {
      if (choice.mode !== 'new') delete texts.current[id];
      setChoices((before) => ({...before, [id]: choice}));
      edited(id);
    },
  };
}

function targetErrors({host, namespace}) {
  return {
    ...(host ? {} : {target_host: 'Choose a host.'}),
    ...(namespace ? {} : {namespace: 'Name the namespace of the machine.'}),
  };
}

function without(errors, id) {
  const {[id]: _, ...others} = errors;
  return others;
}
