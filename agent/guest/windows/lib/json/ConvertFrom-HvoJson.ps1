function ConvertFrom-HvoJson {
    <#
    .SYNOPSIS
        Returns the content of a JSON object, with case-sensitive keys and unconverted strings.
    .DESCRIPTION
        ConvertFrom-Json turns strings that look like dates into dates, and a password may look like a date. Being a
        command, it would also have its input written to the event log while module logging is on.
    .PARAMETER Stream
        The JSON in UTF-8. A stream, because a log shows the text of a string argument but not that of a stream.
    .OUTPUTS
        System.Collections.Hashtable of strings, numbers (as strings), booleans, nulls, hashtables and arrays. Throws
        System.FormatException if the text is not a JSON object, repeats a key, or is too large.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.MemoryStream] $Stream
    )
    if (-not (Test-HvoCompleteJson -Stream $Stream)) { throw [FormatException]::new('The text is not complete JSON.') }
    if (-not ('System.Runtime.Serialization.Json.JsonReaderWriterFactory' -as [type])) {
        Add-Type -AssemblyName System.Runtime.Serialization
    }
    $quotas = [System.Xml.XmlDictionaryReaderQuotas]::new()
    $quotas.MaxDepth = 8
    $quotas.MaxStringContentLength = 131072
    $document = [System.Xml.XmlDocument]::new()
    try {
        $factory = [System.Runtime.Serialization.Json.JsonReaderWriterFactory]
        $reader = $factory::CreateJsonReader($Stream, [System.Text.Encoding]::UTF8, $quotas, $null)
        try {
            $document.Load($reader)
        } finally {
            $reader.Dispose()
        }
    } catch {
        # The message of the reader quotes the text.
        throw [FormatException]::new('The text is not JSON.')
    }
    $root = $document.DocumentElement
    if ($null -eq $root -or $root.GetAttribute('type') -cne 'object') {
        throw [FormatException]::new('The text is not a JSON object.')
    }
    return ConvertFrom-HvoJsonNode -Node $root
}
