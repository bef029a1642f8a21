function Get-HvoTombstonePath {
    <#
    .SYNOPSIS
        Returns the path of a machine's tombstone: <machines>\<uid>.removed
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Machines,
        [Parameter(Mandatory = $true)] [string] $MachineUid
    )
    return Join-Path $Machines ($MachineUid + '.removed')
}
