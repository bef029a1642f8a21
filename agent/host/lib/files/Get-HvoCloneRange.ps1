function Get-HvoCloneRange {
    <#
    .SYNOPSIS
        Returns the ranges in which the blocks of a file are cloned.
    .DESCRIPTION
        A range begins and ends at a cluster's boundary and is shorter than 4 GiB (Block Cloning, Restrictions and Remarks). What
        is left behind the last whole cluster belongs to no range.
    .OUTPUTS
        Objects: Offset and Count in bytes.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [ValidateRange(0, [long]::MaxValue)] [long] $Length,
        [Parameter(Mandatory = $true)] [ValidateRange(1, 1073741824)] [long] $ClusterSize,
        [Parameter()] [ValidateRange(1, 4294967295)] [long] $MaximumCount = 1073741824
    )
    $whole = $Length - $Length % $ClusterSize
    $step = [Math]::Max($ClusterSize, $MaximumCount - $MaximumCount % $ClusterSize)
    for ($offset = [long]0; $offset -lt $whole; $offset += $step) {
        [PSCustomObject]@{ Offset = $offset; Count = [Math]::Min($step, $whole - $offset) }
    }
}
