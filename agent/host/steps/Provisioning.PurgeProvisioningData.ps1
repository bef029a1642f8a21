<#
.SYNOPSIS
    Deletes the guest's data from its key-value pairs and verifies that.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Clear-HvoProvisioningData -System $Context.System -VmId $Context.Journal.vm_id
