function ConvertTo-HvoRedacted {
    <#
    .SYNOPSIS
        Returns a text in which everything is a placeholder that is not one of the report's own words or a plain number.
    .DESCRIPTION
        Known names first, the longest first; then paths, accounts, addresses and identifiers, each as a whole; then every other word.
        What is left are words of the agent's own sentences, so that nothing passes that nobody thought of.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory = $true)] [hashtable] $Placeholder
    )
    $kinds = [ordered]@{
        path = '(?:\\\\|[A-Za-z]:[\\/]|/(?=\w))[^"''<>|*?;,()\r\n]*[^"''<>|*?;,()\s.]'
        address = '[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}'
        sid = 'S-1-\d+(?:-\d+)*'
        id = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'
        account = '[^\s\\,;:()"''<>]+(?:\\|@)[^\s\\,;:()"''<>]+'
    }
    # Placeholders stand as single characters of a private range until the end, so that no later rule looks into them.
    $found = [System.Collections.Generic.List[string]]::new()
    $cut = $Text.Substring(0, [Math]::Min($Text.Length, 4000))
    $rest = [regex]::Replace($cut, '[\uE000-\uF8FF]', '?')
    $known = @($Placeholder.Known | Sort-Object -Property 'Length' -Descending)
    foreach ($value in $known) {
        $pattern = '(?<!\w)' + [regex]::Escape($value) + '(?!\w)'
        foreach ($match in @([regex]::Matches($rest, $pattern, 'IgnoreCase, CultureInvariant'))) {
            $found.Add((Get-HvoPlaceholder -Placeholder $Placeholder -Kind name -Value $value))
            $rest = [regex]::new([regex]::Escape($match.Value)).Replace($rest, [string][char](0xE000 + $found.Count - 1), 1)
        }
    }
    foreach ($kind in $kinds.Keys) {
        foreach ($match in @([regex]::Matches($rest, $kinds[$kind]))) {
            $found.Add((Get-HvoPlaceholder -Placeholder $Placeholder -Kind $kind -Value $match.Value))
            $rest = [regex]::new([regex]::Escape($match.Value)).Replace($rest, [string][char](0xE000 + $found.Count - 1), 1)
        }
    }
    $words = [System.Collections.Generic.HashSet[string]]::new([string[]]@(Get-HvoReportWord), [StringComparer]::Ordinal)
    foreach ($match in @([regex]::Matches($rest, '[^\s,;:()\uE000-\uF8FF]+'))) {
        $word = $match.Value.TrimEnd('.')
        # A version of three parts is no address; one of four parts was taken for an address above, unless a part is too great.
        $plain = $word -cmatch '^[0-9]{1,12}(\.[0-9])?$' -or $word -cmatch '^[0-9]{1,5}(\.[0-9]{1,5}){2,3}$'
        if (-not $word -or $words.Contains($word) -or $plain) { continue }
        $found.Add((Get-HvoPlaceholder -Placeholder $Placeholder -Kind word -Value $word))
        $whole = [regex]::new('(?<![^\s,;:()\uE000-\uF8FF])' + [regex]::Escape($word))
        $rest = $whole.Replace($rest, [string][char](0xE000 + $found.Count - 1), 1)
    }
    $shown = [System.Text.StringBuilder]::new()
    foreach ($character in $rest.ToCharArray()) {
        $index = [int]$character - 0xE000
        $null = if ($index -ge 0 -and $index -lt $found.Count) { $shown.Append($found[$index]) } else { $shown.Append($character) }
    }
    return $shown.ToString()
}
