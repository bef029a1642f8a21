function ConvertFrom-HvoJsonText {
    <#
    .SYNOPSIS
        Returns the content of a JSON object that holds no secret.
    .PARAMETER Text
        The JSON.
    .OUTPUTS
        System.Collections.Hashtable, as ConvertFrom-HvoJson returns it.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    $bytes = [System.Text.UTF8Encoding]::new($false).GetBytes($Text)
    return ConvertFrom-HvoJson -Stream ([System.IO.MemoryStream]::new($bytes))
}
