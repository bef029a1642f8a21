<#
.SYNOPSIS
    Sets the number of virtual processors. The VM has to be off for that.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Stop-HvoVmForUpdate -Context $Context
Set-VMProcessor -VM $Context.Vm -Count $Context.Job.desired.cpu_cores
