function Set-HvoRemovalFinding {
    <#
    .SYNOPSIS
        Records in the tombstone what a removal found. What an earlier one found stays, unless a VM is removed now.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [ValidateSet('VmRemoved', 'NoVmRegistered', 'NoVmFound')] [string] $Finding
    )
    $tombstone = $Context.Tombstone
    if ($null -eq $tombstone.finding -or $Finding -eq 'VmRemoved') { $tombstone.finding = $Finding }
    $tombstone.removing = $null
    Write-HvoTombstone -Context $Context
}
