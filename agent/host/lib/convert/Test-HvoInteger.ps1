function Test-HvoInteger {
    <#
    .SYNOPSIS
        Returns whether a value read from JSON is an integer within bounds.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [object] $Value,
        [Parameter(Mandatory = $true)] [long] $Minimum,
        [Parameter(Mandatory = $true)] [long] $Maximum
    )
    return ($Value -is [int] -or $Value -is [long]) -and $Value -ge $Minimum -and $Value -le $Maximum
}
