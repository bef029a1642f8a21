function ConvertTo-HvoSecureString {
    <#
    .SYNOPSIS
    Moves a text out of a hashtable into a SecureString.
    .DESCRIPTION
    ConvertTo-SecureString -AsPlainText would have the text in the event log where module logging is on: so the text is
    no argument, here neither.
    .PARAMETER Values
    Holds the text; it is taken out.
    .PARAMETER Name
    Under which key.
    .OUTPUTS
    System.Security.SecureString
    #>
    [CmdletBinding()]
    [OutputType([System.Security.SecureString])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Values,
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $secure = [System.Security.SecureString]::new()
    foreach ($character in ([string]$Values[$Name]).ToCharArray()) { $secure.AppendChar($character) }
    $secure.MakeReadOnly()
    $Values.Remove($Name)
    $secure
}
