-- The health of a HyperVHost, by the rules of kstatus. Argo CD offers a health check only the libraries base and table.
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

local function text(one)
  return one.reason .. ": " .. (one.message or "")
end

local ready = condition("Ready")
local stalled = condition("Stalled")

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "The resource is being deleted.")
end

if (status.observedGeneration or 0) < generation or ready.status == nil then
  return health("Progressing", "The operator has not looked at this version of the spec yet.")
end

if stalled.status == "True" then
  return health("Degraded", text(stalled))
end

if ready.status ~= "True" then
  return health("Progressing", text(ready))
end

-- Not Suspended, which would block a sync of the machines that are already on the host.
if obj.spec.cordoned then
  return health("Healthy", "Cordoned: nothing new starts here.")
end

return health("Healthy", text(ready))
