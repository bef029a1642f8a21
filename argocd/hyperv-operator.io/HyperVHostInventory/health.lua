-- The health of a HyperVHostInventory: Healthy once the host was read. Its HyperVHost shows whether it is recent, because the
-- inventory is written only when something has changed.
local status = obj.status or {}

local function health(word, message)
  return { status = word, message = message }
end

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "The resource is being deleted.")
end

if status.observedAt == nil then
  return health("Progressing", "The host has not been read yet.")
end

local message = "VMs: " .. #(status.machines or {}) .. ", being provisioned: " .. #(status.placeholders or {}) .. "."

if status.truncated then
  message = message .. " There are more VMs than are listed."
end

return health("Healthy", message)
