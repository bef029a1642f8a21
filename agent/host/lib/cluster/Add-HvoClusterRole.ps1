function Add-HvoClusterRole {
    <#
    .SYNOPSIS
        Makes a VM a role of the host's failover cluster, and adds the cmdlet's warnings to a list.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $VmId,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [System.Collections.ArrayList] $Warnings
    )
    $said = @()
    try {
        $null = Add-ClusterVirtualMachineRole -VMId $VmId -WarningVariable said -WarningAction SilentlyContinue -ErrorAction Stop
    } finally {
        foreach ($one in $said) { $null = $Warnings.Add([string]$one) }
    }
}
