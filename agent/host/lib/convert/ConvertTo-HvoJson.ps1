function ConvertTo-HvoJson {
    <#
    .SYNOPSIS
        Returns an object as one line of JSON.
    .DESCRIPTION
        Takes the object as an argument and not from the pipeline, which would turn an array of one into its element.
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
