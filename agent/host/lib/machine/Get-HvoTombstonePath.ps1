function Get-HvoTombstonePath {
    <#
    .SYNOPSIS
        Returns the path of a machine's tombstone: <machines>\<uid>.removed
    #>
    param([Parameter(Mandatory = $true)] [string] $Machines, [Parameter(Mandatory = $true)] [string] $MachineUid)
    return Join-Path $Machines ($MachineUid + '.removed')
}
