# The module of the endpoint: it offers the agent's Invoke-HvoJob. Where the agent is was fixed when the endpoint was registered,
# and nothing that is sent to it changes that. Without the agent there is no such command, which the operator reports.
Set-StrictMode -Version Latest

# The endpoint loads no module by itself. What is loaded here stays invisible to whoever is connected; the last is on nodes of
# failover clusters alone.
Import-Module -Name 'CimCmdlets', 'Hyper-V', 'FailoverClusters' -ErrorAction Ignore

# Such a session puts lesser functions in the place of these. The agent, which runs in this module's scope, gets the real ones.
Set-Alias -Name 'Get-Command' -Value 'Microsoft.PowerShell.Core\Get-Command'
Set-Alias -Name 'Measure-Object' -Value 'Microsoft.PowerShell.Utility\Measure-Object'
Set-Alias -Name 'Select-Object' -Value 'Microsoft.PowerShell.Utility\Select-Object'

$endpoint = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($PSScriptRoot, 'endpoint.json')) | ConvertFrom-Json
$command = [System.IO.Path]::Combine($endpoint.agent, 'Invoke-HvoJob.ps1')
if ([System.IO.File]::Exists($command)) { . $command }
Export-ModuleMember -Function 'Invoke-HvoJob'
