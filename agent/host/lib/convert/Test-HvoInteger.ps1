function Test-HvoInteger {
    <#
    .SYNOPSIS
        Tells whether a value read from JSON is a whole number within bounds.
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
