function ConvertFrom-HvoJsonText {
    <#
    .SYNOPSIS
    Reads a JSON object that holds no secret.
    .PARAMETER Text
    The JSON.
    .OUTPUTS
    As ConvertFrom-HvoJson tells.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    $bytes = [System.Text.UTF8Encoding]::new($false).GetBytes($Text)
    ConvertFrom-HvoJson -Stream ([System.IO.MemoryStream]::new($bytes))
}
