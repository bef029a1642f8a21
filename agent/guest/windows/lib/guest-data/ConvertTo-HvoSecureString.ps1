function ConvertTo-HvoSecureString {
    <#
    .SYNOPSIS
        Returns an entry of a hashtable as a SecureString, and removes the entry.
    .DESCRIPTION
        ConvertTo-SecureString -AsPlainText would have the text written to the event log while module logging is on. For
        the same reason the text is not an argument of this function.
    .PARAMETER Values
        The hashtable. The entry is removed.
    .PARAMETER Name
        Key of the entry.
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
    return $secure
}
