<#
.SYNOPSIS
    Deletes the guest's data from its key-value pairs and reads back that it is gone.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Clear-HvoProvisioningData -System $Context.System -VmId $Context.Journal.vm_id
