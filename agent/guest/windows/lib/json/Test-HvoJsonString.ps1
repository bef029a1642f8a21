function Test-HvoJsonString {
    <#
    .SYNOPSIS
    Tells whether a value out of a JSON is a certain text: a list that holds it is none.
    .PARAMETER Value
    The value.
    .PARAMETER Expected
    The text.
    .OUTPUTS
    System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [object] $Value,
        [Parameter(Mandatory = $true)] [string] $Expected
    )
    $Value -is [string] -and $Value -ceq $Expected
}
