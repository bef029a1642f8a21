function ConvertTo-HvoJson {
    <#
    .SYNOPSIS
        Returns an object as one line of JSON.
    .DESCRIPTION
        The object is an argument: the pipeline would turn an array of one element into that element.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $InputObject
    )
    return ConvertTo-Json -InputObject $InputObject -Depth 12 -Compress
}
