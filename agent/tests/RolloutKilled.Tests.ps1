# A rollout that is killed anywhere: no half version ever looks like a whole one, and the next rollout ends where it would have.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Rollout.psm1') -Force
    $script:small = New-Bundle
    $null = New-TestHost

    function Assert-NothingHalf {
        # A version's folder is not there, or is whole, or shows by its digest that it is not.
        param($World, $Bundle)
        $shown = (Invoke-Rollout (New-Header $World look)).versions.PSObject.Properties[$Bundle.Name]
        if ($null -eq $shown) {
            [System.IO.Directory]::Exists((Get-Version $World $Bundle)) | Should -BeFalse
        } elseif ($shown.Value -eq $Bundle.Digest) {
            Get-Content64 (Get-Version $World $Bundle) | Should -Be (Get-BundleContent $Bundle)
        }
    }
}

AfterAll {
    Remove-TestRoot
    Remove-TestHost
}

Describe 'A rollout that is killed' {
    BeforeEach { $world = New-TestRoot }

    It 'after it has received goes on with what is there' {
        $sent = Send-Bundle $world $small
        Assert-NothingHalf $world $small
        $line = New-Header $world activate @{ upload = $sent; digest = $small.Digest }
        Invoke-KilledRollout $world $line -Point 1 | Should -BeTrue
        Assert-NothingHalf $world $small
        (Invoke-Rollout $line).version | Should -BeExactly $small.Name
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
    }

    It 'right after it has activated is found to be done' {
        $sent = Send-Bundle $world $small
        $line = New-Header $world activate @{ upload = $sent; digest = $small.Digest }
        Invoke-KilledRollout $world $line -Point 2 | Should -BeTrue
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
        (Invoke-Rollout $line).version | Should -BeExactly $small.Name
        Get-VersionEntry $world | Should -Be @($small.Name)
    }

    It 'anywhere in a repair is repaired by the next one' {
        for ($point = 1; $true; $point++) {
            $world = New-TestRoot
            (Install-Bundle $world $small).ok | Should -BeTrue
            $version = Get-Version $world $small
            [System.IO.File]::WriteAllText("$version/steps/A.ps1", 'evil')
            [System.IO.File]::WriteAllText("$version/more", 'evil')
            [System.IO.File]::Delete("$version/empty.txt")
            $sent = Send-Bundle $world $small
            $line = New-Header $world activate @{ upload = $sent; digest = $small.Digest }
            if (-not (Invoke-KilledRollout $world $line -Point $point)) { break }
            Assert-NothingHalf $world $small
            # The same upload is worth a try: it may have been done but for the answer, or be used up in part.
            $again = Invoke-Rollout $line
            if (-not $again.ok) {
                $again.code | Should -BeExactly 'DigestMismatch'
                (Install-Bundle $world $small).ok | Should -BeTrue
            }
            Get-Content64 $version | Should -Be (Get-BundleContent $small)
            Get-VersionEntry $world | Should -Be @($small.Name)
        }
        # Two files put in place, each before and after; a file and the upload deleted, each before, amid and after.
        $point | Should -Be 11
    }

    It 'anywhere in a prune leaves nothing under the version''s name, and the next prune deletes the rest' {
        for ($point = 1; $true; $point++) {
            $world = New-TestRoot
            (Install-Bundle $world $small).ok | Should -BeTrue
            $line = New-Header $world prune @{ keep = [string[]]@() }
            if (-not (Invoke-KilledRollout $world $line -Point $point)) { break }
            [System.IO.Directory]::Exists((Get-Version $world $small)) | Should -BeFalse
            $removed = @((Invoke-Rollout $line).removed)
            $removed | Should -Be @(if ($point -lt 3) { $small.Name })
            Get-VersionEntry $world | Should -BeNullOrEmpty
        }
        $point | Should -Be 4
    }
}
