function Test-HvoJsonString {
    <#
    .SYNOPSIS
        Returns whether a JSON value is a string equal to the expected one. An array that contains the string is not.
    .PARAMETER Value
        The value.
    .PARAMETER Expected
        The expected string.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [object] $Value,
        [Parameter(Mandatory = $true)] [string] $Expected
    )
    return $Value -is [string] -and $Value -ceq $Expected
}
