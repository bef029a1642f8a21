-- The health of a HyperVMachine, by the rules of kstatus. Argo CD offers a health check only the libraries base and table.
local status = obj.status or {}
local generation = obj.metadata.generation or 0

local function health(word, message)
  return { status = word, message = message }
end

local function condition(kind)
  for _, one in ipairs(status.conditions or {}) do
    if one.type == kind then
      return one
    end
  end
  return {}
end

-- A condition keeps the generation that it was decided for: an older generation belongs to an outdated spec.
local function current(one)
  return one.status ~= nil and (one.observedGeneration or 0) >= generation
end

local function text(one)
  return one.reason .. ": " .. (one.message or "")
end

local ready = condition("Ready")
local stalled = condition("Stalled")

if obj.metadata.deletionTimestamp ~= nil then
  if ready.status == "Unknown" then
    return health("Progressing", text(ready))
  end
  return health("Progressing", "The resource is being deleted.")
end

if (status.observedGeneration or 0) < generation or ready.status == nil then
  return health("Progressing", "The operator has not looked at this version of the spec yet.")
end

if stalled.status == "True" and current(stalled) then
  return health("Degraded", text(stalled))
end

if obj.spec.paused then
  return health("Suspended", "spec.paused is true: the operator observes and launches nothing.")
end

if not current(ready) then
  return health("Progressing", "This version of the spec is not applied yet.")
end

if ready.status == "True" then
  return health("Healthy", text(ready))
end

return health("Progressing", text(ready))
