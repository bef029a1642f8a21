<#
.SYNOPSIS
    Starts the VM or shuts it down. A guest that does not shut down within two minutes is turned off, and the record says why.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ($Context.Power -eq 'Running') {
    Start-HvoVm -Vm $Context.Vm
} else {
    $cause = Stop-HvoVm -Vm $Context.Vm -TurnOff
    if ($cause) { $Context.StepMessage = "The guest did not shut down and was turned off: $cause" }
}
